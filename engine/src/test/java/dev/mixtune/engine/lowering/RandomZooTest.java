package dev.mixtune.engine.lowering;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.engine.Layer;
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

  /** The float plan is the float model, and 8 bits are near it. */
  @Test
  void answersAreThoseOfTheFloatModel() {
    for (int seed = 0; seed < NETWORKS; seed++) {
      TestNetworks test =
          TestNetworks.calibrated(RandomGraphs.of(seed).write(folder, seed + ".onnx"));
      assertThat(error(test, Scheme.F32)).as("network %d", seed).isLessThan(1e-4);
      assertThat(error(test, Scheme.W8A8)).as("network %d", seed).isLessThan(0.15);
    }
  }

  /** Root of the mean squared difference to the float model, by that of its answers. */
  private static double error(TestNetworks test, Scheme scheme) {
    List<Tensor> expected = test.runFloat();
    List<Tensor> found = test.run(test.lowering().lower(test.uniform(scheme)));
    double squares = 0;
    double all = 0;
    for (int k = 0; k < expected.size(); k++) {
      float[] a = ((Tensor.Floats) expected.get(k)).values();
      float[] b = ((Tensor.Floats) found.get(k)).values();
      for (int i = 0; i < a.length; i++) {
        squares += (a[i] - b[i]) * (double) (a[i] - b[i]);
        all += a[i] * (double) a[i];
      }
    }
    return Math.sqrt(squares / all);
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
