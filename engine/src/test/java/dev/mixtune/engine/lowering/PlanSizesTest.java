package dev.mixtune.engine.lowering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mixtune.engine.Plan;
import dev.mixtune.engine.RandomGraphs;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.TestGraphs;
import dev.mixtune.engine.TestKit;
import dev.mixtune.engine.TestNetworks;
import dev.mixtune.engine.graph.Constants;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The files themselves are the oracle. */
class PlanSizesTest {
  private static final int PLANS = 20;

  @TempDir private Path folder;

  @Test
  void sizesOfRandomNetworksAreThoseOfTheirFiles() {
    for (int seed = 0; seed < 20; seed++) {
      TestNetworks test =
          TestNetworks.calibrated(RandomGraphs.of(seed).write(folder, seed + ".onnx"));
      PlanSizes sizes = new PlanSizes(test.lowering());
      Random random = new Random(seed);
      for (int i = 0; i < PLANS; i++) {
        Plan plan = PlannedKernelsTest.randomPlan(test, random);
        assertThat(sizes.bytes(plan))
            .as("network %d, plan %s", seed, plan.key())
            .isEqualTo(test.lowering().lower(plan).model().length);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"cifar10-resnet8/model.onnx", "imagenet-mobilenetv2/model.onnx"})
  void sumsOverLayersAreNearTheirFiles(String model) {
    TestNetworks test = TestNetworks.calibrated(TestKit.file(model), 2);
    PlanSizes sizes = new PlanSizes(test.lowering());
    SizeSums sums = SizeSums.of(test, sizes);
    Random random = new Random(11);
    for (int i = 0; i < PLANS; i++) {
      Plan plan = PlannedKernelsTest.randomPlan(test, random);
      int bytes = test.lowering().lower(plan).model().length;
      assertThat(sizes.bytes(plan)).as(plan.key()).isEqualTo(bytes);
      assertThat((double) sums.predicted(plan) / bytes).as(plan.key()).isCloseTo(1, within(0.02));
    }
  }

  /** Equal weights are stored once, whatever is known of them. */
  @Test
  void equalWeightsCountOnce() {
    TestNetworks equal = twoProducts(1);
    TestNetworks different = twoProducts(2);
    for (Scheme scheme : List.of(Scheme.F16, Scheme.W8A8, Scheme.W4A8, Scheme.W2A8_DYNAMIC)) {
      Plan plan = Plan.uniform(2, scheme);
      long bytes = new PlanSizes(equal.lowering()).bytes(plan);
      assertThat(bytes).isEqualTo(equal.lowering().lower(plan).model().length);
      assertThat(bytes).isLessThan(new PlanSizes(different.lowering()).bytes(plan) - 200);
    }
  }

  private TestNetworks twoProducts(int secondSeed) {
    TestGraphs graph = TestGraphs.opset(13);
    graph.input("x", 2, 32);
    graph.constant(Constants.ofFloats("v", List.of(32L, 32L), normal(1)));
    graph.constant(Constants.ofFloats("w", List.of(32L, 32L), normal(secondSeed)));
    graph.node("MatMul", "h", List.of("x", "v"));
    graph.node("MatMul", "y", List.of("h", "w"));
    return TestNetworks.calibrated(graph.outputs("y").write(folder, secondSeed + ".onnx"));
  }

  private static float[] normal(int seed) {
    Random random = new Random(seed);
    float[] values = new float[32 * 32];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  @Test
  void aChoiceNeedsASchemeAndAPlanMustFit() {
    assertThatThrownBy(() -> new PlanSizes.Choice(List.of(0), List.of()))
        .isInstanceOf(IllegalArgumentException.class);
    PlanSizes sizes = new PlanSizes(twoProducts(1).lowering());
    assertThatThrownBy(() -> sizes.bytes(Plan.uniform(3, Scheme.F32)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
