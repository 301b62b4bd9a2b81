package dev.mixtune.engine.lowering;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.engine.Plan;
import dev.mixtune.engine.RandomGraphs;
import dev.mixtune.engine.TestKit;
import dev.mixtune.engine.TestNetworks;
import java.nio.file.Path;
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
      Path file = RandomGraphs.of(seed).write(folder, seed + ".onnx");
      requireSizesOfFiles(TestNetworks.calibrated(file), seed);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"cifar10-resnet8/model.onnx", "imagenet-mobilenetv2/model.onnx"})
  void sizesOfTheKitsNetworksAreThoseOfTheirFiles(String model) {
    requireSizesOfFiles(TestNetworks.calibrated(TestKit.file(model), 2), 1);
  }

  private static void requireSizesOfFiles(TestNetworks test, int seed) {
    PlanSizes sizes = new PlanSizes(test.lowering());
    Random random = new Random(seed);
    long t = 0, u = 0;
    for (int i = 0; i < PLANS; i++) {
      Plan plan = PlannedKernelsTest.randomPlan(test, random);
      long a = System.nanoTime();
      long predicted = sizes.bytes(plan);
      long b = System.nanoTime();
      int real = test.lowering().lower(plan).model().length;
      u += System.nanoTime() - b;
      t += b - a;
      if (i == PLANS - 1) System.out.printf("%d %d %.3f ms, lower %.3f ms, last %.3f%n", predicted, real, t / 1e6 / PLANS, u / 1e6 / PLANS, (b - a) / 1e6);
      assertThat(predicted)
          .as("network %d, plan %s", seed, plan.key())
          .isEqualTo(real);
    }
  }
}
