package dev.mixtune.engine.lowering;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.engine.Answers;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.PlainOrt;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.RandomGraphs;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.TestNetworks;
import dev.mixtune.engine.calibration.RangeMethods;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random plans for random networks: the optimised graph shows what was planned, and runs. */
class RandomZooTest {
  private static final int NETWORKS = Integer.getInteger("mixtune.zoo.networks", 20);
  private static final int PLANS = 5;

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"min-max", "mse"})
  void integerKernelsAreExactlyThePlans(String ranges) {
    for (int seed = 0; seed < NETWORKS; seed++) {
      Path file = RandomGraphs.of(seed).write(folder, ranges + seed + ".onnx");
      TestNetworks test = TestNetworks.calibrated(file).with(RangeMethods.named(ranges));
      Random random = new Random(seed);
      for (int i = 0; i < PLANS; i++) {
        check(test, PlannedKernelsTest.randomPlan(test, random), "network " + seed);
      }
    }
  }

  /** The float plan is the float model, and 8 bits are near it, even behind a normalization. */
  @Test
  void answersAreThoseOfTheFloatModel() {
    for (int seed = 0; seed < NETWORKS; seed++) {
      TestNetworks test =
          TestNetworks.calibrated(RandomGraphs.of(seed).write(folder, seed + ".onnx"));
      double exact = Answers.error(test, test.uniform(Scheme.F32));
      assertThat(exact).as("network %d", seed).isLessThan(1e-4);
      double rounded = Answers.error(test, test.uniform(Scheme.W8A8));
      assertThat(rounded).as("network %d", seed).isLessThan(0.25);
    }
  }

  /** What the runtime's optimisations change is rounding, and rarely a prediction. */
  @Test
  void predictionsDoNotDependOnOptimisations() {
    int different = 0;
    int predictions = 0;
    for (int seed = 0; seed < NETWORKS; seed++) {
      TestNetworks test =
          TestNetworks.calibrated(RandomGraphs.of(seed).write(folder, seed + ".onnx"));
      Random random = new Random(seed);
      for (int i = 0; i < PLANS; i++) {
        Plan plan = PlannedKernelsTest.randomPlan(test, random);
        byte[] model = test.lowering().lower(plan).model();
        List<Tensor> on = PlainOrt.run(model, test.inputs(), true);
        List<Tensor> off = PlainOrt.run(model, test.inputs(), false);
        different += PlainOrt.differentPredictions(on.subList(0, 1), off.subList(0, 1));
        predictions += PlainOrt.predictions(on.subList(0, 1));
        assertThat(Answers.error(off, on)).as("network %d, %s", seed, plan.key()).isLessThan(0.1);
      }
    }
    assertThat((double) different / predictions).isLessThan(0.02);
  }

  static void check(TestNetworks test, Plan plan, String name) {
    LoweredPlan lowered = test.lowering().lower(plan);
    ExecutedKernels executed = test.executed(lowered);

    assertThat(executed.unplanned()).as("%s, plan %s", name, plan.key()).isEmpty();
    for (Layer layer : test.network().layers()) {
      assertThat(executed.isInteger(layer.index()))
          .as("%s, layer %s in plan %s", name, layer.name(), plan.key())
          .isEqualTo(plan.scheme(layer.index()).arithmetic().isInteger());
    }
    assertThat(test.run(lowered)).hasSameSizeAs(test.runFloat());
  }
}
