package dev.mixtune.engine.fitting;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.TestKit;
import dev.mixtune.engine.calibration.Calibration;
import dev.mixtune.engine.calibration.Calibrator;
import dev.mixtune.engine.calibration.RangeMethods;
import dev.mixtune.engine.graph.Network;
import dev.mixtune.engine.lowering.PlanLowering;
import dev.mixtune.engine.lowering.WeightsOnlyModel;
import dev.mixtune.engine.rounding.RoundingLibrary;
import dev.mixtune.engine.rounding.RoundingMethods;
import dev.mixtune.engine.runtime.OrtRuntime;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The oracle is the same value computed from the network's inputs. */
class CheckpointTest {
  private static final OrtRuntime RUNTIME = TestKit.runtime();

  @Test
  void laterInputsAreTheSameFromACheckpointAsFromTheBeginning() throws IOException {
    Network network =
        new SmallNetworks(8, 3, 8, 8)
            .conv(new long[] {6, 3, 3, 3})
            .then("Relu")
            .conv(new long[] {6, 6, 3, 3})
            .then("Relu")
            .conv(new long[] {6, 6, 1, 1})
            .then("Relu")
            .conv(new long[] {4, 6, 1, 1})
            .read();
    Map<String, Tensor> batch = batch();
    Calibration calibration =
        new Calibrator(RUNTIME, 1).run(network, List.of(batch), RangeMethods.named("mse"));
    RoundingLibrary library = new RoundingLibrary(network, RoundingMethods.named("mse"));
    Plan plan = Plan.uniform(4, Scheme.W8A8);
    String early = network.layers().get(1).name();
    String late = network.layers().get(3).name();

    for (byte[] bytes :
        List.of(
            new PlanLowering(network, calibration, library).lower(plan).model(),
            new WeightsOnlyModel(network, library).of(plan))) {
      ModelProto model = ModelProto.parseFrom(bytes);
      Tensor.Floats kept = read(model, input(model, early), Optional.empty(), batch);
      Checkpoint checkpoint = new Checkpoint(early, List.of(kept));
      String known = checkpoint.in(model).orElseThrow();

      Tensor.Floats resumed =
          read(model, input(model, late), Optional.of(known), Map.of(known, kept));

      assertThat(resumed.values())
          .isEqualTo(read(model, input(model, late), Optional.empty(), batch).values());
    }
  }

  @Test
  void aLayerThatIsNotThereLeavesTheModelToBeComputedFromItsInputs() {
    Checkpoint checkpoint = new Checkpoint("nowhere", List.of());
    assertThat(checkpoint.in(ModelProto.getDefaultInstance())).isEmpty();
  }

  private static String input(ModelProto model, String layer) {
    return model.getGraph().getNodeList().stream()
        .filter(node -> node.getName().equals(layer))
        .map((NodeProto node) -> node.getInput(0))
        .findFirst()
        .orElseThrow();
  }

  private static Tensor.Floats read(
      ModelProto model, String value, Optional<String> known, Map<String, Tensor> batch) {
    try (ValueReader reader = new ValueReader(RUNTIME, model, List.of(value), known, 1)) {
      return reader.read(batch).get(value);
    }
  }

  private static Map<String, Tensor> batch() {
    Random random = new Random(9);
    float[] values = new float[4 * 3 * 64];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Map.of("x", new Tensor.Floats(values, new long[] {4, 3, 8, 8}));
  }
}
