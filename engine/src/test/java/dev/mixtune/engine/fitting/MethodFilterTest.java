package dev.mixtune.engine.fitting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.TestKit;
import dev.mixtune.engine.calibration.Calibration;
import dev.mixtune.engine.calibration.Calibrator;
import dev.mixtune.engine.calibration.RangeMethods;
import dev.mixtune.engine.graph.Network;
import dev.mixtune.engine.runtime.OrtRuntime;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A fit with a part of the methods takes these and no others. */
class MethodFilterTest {
  private static final OrtRuntime RUNTIME = TestKit.runtime();
  private final ExecutorService executor = Executors.newFixedThreadPool(2);

  @AfterEach
  void stop() {
    executor.shutdown();
  }

  private RoundingReport report(List<String> methods) throws IOException {
    return report(FittingSettings.defaults().withMethods(methods));
  }

  private RoundingReport report(FittingSettings settings) throws IOException {
    Network network =
        new SmallNetworks(5, 3, 8, 8)
            .conv(new long[] {8, 3, 3, 3})
            .then("Relu")
            .then("GlobalAveragePool")
            .then("Flatten")
            .gemm(8, 4)
            .read();
    Random random = new Random(6);
    float[] values = new float[32 * 3 * 64];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    List<Map<String, Tensor>> batches =
        List.of(Map.of("x", new Tensor.Floats(values, new long[] {32, 3, 8, 8})));
    Calibration calibration =
        new Calibrator(RUNTIME, 1).run(network, batches, RangeMethods.named("mse"));
    return new NetworkRounding(network, RUNTIME, calibration, settings, executor)
        .round(() -> batches, FittingProgress.silent())
        .report();
  }

  @Test
  void oneFittedMethodAloneIsTakenEverywhereWithItsVariants() throws IOException {
    for (RoundingReport.Entry entry : report(List.of("gptq")).entries()) {
      assertThat(entry.chosen()).as("%s at %d", entry.name(), entry.bits()).startsWith("gptq");
      assertThat(entry.errors()).containsKeys("mse", "nearest");
    }
  }

  @Test
  void prunedWeightsAreOnlyTriedWhenAsked() throws IOException {
    FittingSettings settings = FittingSettings.defaults();
    assertThat(settings.sparsity()).isZero();
    assertThat(report(settings).entries()).noneMatch(e -> e.errors().containsKey("sparse"));

    for (RoundingReport.Entry entry : report(settings.withSparsity(0.5)).entries()) {
      assertThat(entry.errors().containsKey("sparse")).isEqualTo(entry.bits() > 2);
    }
    for (double share : new double[] {0.4, 1, -1, Double.NaN}) {
      assertThatThrownBy(() -> settings.withSparsity(share)).hasMessageContaining("sparsity");
    }
  }

  @Test
  void aLayerThatTheMethodCannotRoundTakesTheBest() throws IOException {
    for (RoundingReport.Entry entry : report(List.of("codebook")).entries()) {
      if (entry.bits() == 8) {
        double least = entry.errors().values().stream().min(Double::compare).orElseThrow();
        assertThat(entry.error()).isEqualTo(least);
      } else {
        assertThat(entry.chosen()).startsWith("codebook");
      }
    }
  }

  @Test
  void plainRoundingAloneIsThatOfTheLibraryWithoutFitting() throws IOException {
    RoundingReport report = report(List.of("mse"));

    assertThat(report.entries()).allMatch(entry -> entry.chosen().equals("mse"));
  }
}
