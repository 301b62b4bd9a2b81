package dev.mixtune.engine.lowering;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.ModelProto;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.TestKit;
import dev.mixtune.engine.TestNetworks;
import dev.mixtune.engine.calibration.Calibration;
import dev.mixtune.engine.calibration.Calibrator;
import dev.mixtune.engine.calibration.RangeMethods;
import dev.mixtune.engine.graph.ChannelLayout;
import dev.mixtune.engine.rounding.RoundedWeights;
import dev.mixtune.engine.rounding.RoundingLibrary;
import dev.mixtune.engine.runtime.OrtRuntime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** ONNX Runtime spreads the kept codes when it loads a model: what it then holds is the oracle. */
class PrunedLoweringTest {

  @ParameterizedTest
  @CsvSource({
    "cifar10-resnet20/model.onnx, 8",
    "cifar10-resnet20/model.onnx, 4",
    "imagenet-mobilenetv2/model.onnx, 4"
  })
  void prunedWeightsBecomeTheirInt8CodesOnIntegerKernelsInASmallerFile(String model, int bits) {
    TestNetworks test = TestNetworks.calibrated(TestKit.file(model), 2);
    Random random = new Random(3);
    RoundingLibrary library = test.library();
    long saved = 0;
    for (Layer layer : test.network().layers()) {
      RoundedWeights pruned = pruned(test.library().perChannel(layer, bits), random);
      saved += pruned.prunedBytes();
      library = library.with(layer, pruned, null);
    }
    Map<String, dev.mixtune.engine.Tensor> inputs =
        TestNetworks.randomInputs(test.runtime(), test.network(), 2, Map.of());
    Calibration calibration =
        new Calibrator(test.runtime(), 2)
            .run(test.network(), List.of(inputs), RangeMethods.named("min-max"));
    Plan plan = Plan.uniform(test.network().layers().size(), bits == 8 ? Scheme.W8A8 : Scheme.W4A8);
    LoweredPlan full = new PlanLowering(test.network(), calibration, test.library()).lower(plan);
    LoweredPlan lowered = new PlanLowering(test.network(), calibration, library).lower(plan);

    assertThat(full.model().length - lowered.model().length).isGreaterThanOrEqualTo((int) saved);
    assertThat(saved).isGreaterThan(full.model().length / 6);
    ModelProto optimised =
        test.runtime().optimised(lowered.model(), OrtRuntime.OptimisationLevel.FULL);
    for (Layer layer : test.network().layers()) {
      byte[] codes = library.perChannel(layer, bits).codes();
      assertThat(optimised.getGraph().getInitializerList())
          .as(layer.name())
          .anyMatch(
              constant ->
                  constant.getDimsList().equals(layer.weightShape())
                      && Arrays.equals(constant.getRawData().toByteArray(), codes));
    }
    ExecutedKernels executed = ExecutedKernels.inspect(test.runtime(), test.network(), lowered);
    assertThat(executed.unplanned()).isEmpty();
    for (Layer layer : test.network().layers()) {
      assertThat(executed.isInteger(layer.index())).as(layer.name()).isTrue();
    }
  }

  /** The same with every code at a random half of the places 0. */
  private static RoundedWeights pruned(RoundedWeights full, Random random) {
    byte[] codes = full.codes().clone();
    for (int i = 0; i < codes.length; i += 2) {
      codes[Math.min(codes.length - 1, i + random.nextInt(2))] = 0;
    }
    return new RoundedWeights(full.bits(), codes, full.scales(), full.layout(), "random");
  }

  @Test
  void theMaskAndTheKeptCodesAreTheTensor() {
    byte[] codes = {0, 5, 0, 0, -7, 0, 1, 0};
    ChannelLayout layout = ChannelLayout.of(List.of(2L, 4L), 0);

    PrunedCodes pruned =
        PrunedCodes.of(new RoundedWeights(4, codes, new float[] {1, 1}, layout, "test"));

    assertThat(pruned.mask()).containsExactly(1, 0, 1, 1, 0, 1, 0, 1);
    assertThat(pruned.codes()).containsExactly(0, 5, -7, 1);
  }

  @ParameterizedTest
  @CsvSource({
    // 8 bits: half of 8,000 bytes less a mask of 1,000 and the operators' 400.
    "8, 8000, 4000, 2600",
    "4, 8000, 4000, 600",
    "4, 8000, 3999, 0",
    "2, 8000, 8000, 0",
    "8, 100, 50, 0",
    "8, 8000, 8000, 6600"
  })
  void onlyLargeTensorsThatAreHalfZeroAreSplit(int bits, int size, int zeros, long saved) {
    byte[] codes = new byte[size];
    Arrays.fill(codes, zeros, size, (byte) 1);
    ChannelLayout layout = ChannelLayout.of(List.of(1L, (long) size), 0);

    assertThat(new RoundedWeights(bits, codes, new float[] {1}, layout, "test").prunedBytes())
        .isEqualTo(saved);
  }
}
