package dev.mixtune.engine.fitting;

import static dev.mixtune.engine.TestGraphs.ints;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.engine.Answers;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.OperatorKind;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.TestGraphs;
import dev.mixtune.engine.TestKit;
import dev.mixtune.engine.TestNetworks;
import dev.mixtune.engine.calibration.Calibration;
import dev.mixtune.engine.calibration.Calibrator;
import dev.mixtune.engine.calibration.RangeMethods;
import dev.mixtune.engine.graph.Network;
import dev.mixtune.engine.graph.NetworkReader;
import dev.mixtune.engine.lowering.PlanLowering;
import dev.mixtune.engine.rounding.RoundedWeights;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Layers that cannot be fitted to their inputs are rounded plainly, beside those that can. */
class KindsRoundingTest {
  @TempDir private Path folder;

  @Test
  void everyKindIsRoundedOrLeftToPlainRounding() {
    TestGraphs graph = TestGraphs.opset(13);
    graph.typedInput("ids", TestGraphs.INT64, -1, 6);
    graph.weight("table", 0.5, 200, 8);
    graph.node("Gather", "rows", List.of("table", "ids"));
    graph.weight("w", 0.4, 8, 12);
    graph.node("MatMul", "product", List.of("rows", "w"));
    graph.relu("positive", "product");
    graph.weight("kernel", 0.3, 10, 6, 3);
    graph.weight("bias", 0.3, 10);
    graph.node("Conv", "conv", List.of("positive", "kernel", "bias"), ints("pads", 1, 1));
    graph.node("Reshape", "parts", List.of("conv", graph.longs("shape", -1, 2, 5, 12)));
    graph.weight("matrices", 0.3, 2, 12, 4);
    graph.node("MatMul", "batched", List.of("parts", "matrices"));
    graph.weight("upwards", 0.3, 2, 3, 2, 2);
    graph.node("ConvTranspose", "y", List.of("batched", "upwards"), ints("strides", 2, 2));
    Network network =
        new NetworkReader(TestKit.runtime()).read(graph.outputs("y").write(folder), Map.of());
    Map<String, Tensor> samples = samples();
    Calibration calibration =
        new Calibrator(TestKit.runtime(), 1)
            .run(network, List.of(samples), RangeMethods.named("min-max"));
    ExecutorService executor = Executors.newFixedThreadPool(2);
    RoundedNetwork fitted;
    try {
      fitted =
          new NetworkRounding(
                  network, TestKit.runtime(), calibration, FittingSettings.defaults(), executor)
              .round(() -> List.of(samples), FittingProgress.silent());
    } finally {
      executor.shutdown();
    }

    assertThat(network.layers())
        .extracting(Layer::kind)
        .containsExactly(
            OperatorKind.GATHER,
            OperatorKind.MATMUL,
            OperatorKind.CONV,
            OperatorKind.MATMUL,
            OperatorKind.CONV_TRANSPOSE);
    assertThat(fitted.report().entries())
        .extracting(RoundingReport.Entry::name)
        .containsOnly("product", "conv");
    for (Layer layer : network.layers()) {
      RoundedWeights weights = fitted.library().perChannel(layer, 4);
      if (!layer.name().equals("product") && !layer.name().equals("conv")) {
        assertThat(weights.method()).as(layer.name()).isEqualTo("mse");
      }
    }
    TestNetworks test =
        new TestNetworks(
            TestKit.runtime(),
            network,
            calibration,
            samples,
            fitted.library(),
            new PlanLowering(network, calibration, fitted.library()));
    assertThat(Answers.error(test, test.uniform(Scheme.W8A8))).isLessThan(0.05);
  }

  private static Map<String, Tensor> samples() {
    Random random = new Random(2);
    long[] ids = new long[64 * 6];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = random.nextInt(200);
    }
    return Map.of("ids", new Tensor.Longs(ids, new long[] {64, 6}));
  }
}
