package dev.mixtune.engine.fitting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.TestKit;
import dev.mixtune.engine.calibration.Calibration;
import dev.mixtune.engine.calibration.Calibrator;
import dev.mixtune.engine.calibration.RangeMethods;
import dev.mixtune.engine.graph.Network;
import dev.mixtune.engine.lowering.PlanLowering;
import dev.mixtune.engine.rounding.RoundingLibrary;
import dev.mixtune.engine.rounding.RoundingMethods;
import dev.mixtune.engine.runtime.OrtRuntime;
import dev.mixtune.engine.runtime.Session;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class RangeFittingTest {
  private static final OrtRuntime RUNTIME = TestKit.runtime();

  @Test
  void theChosenRangesHaveTheErrorTheyClaimAndNoneIsBetterForAllTensors() throws IOException {
    Network network =
        new SmallNetworks(5, 3, 8, 8)
            .conv(new long[] {8, 3, 3, 3})
            .then("Relu")
            .conv(new long[] {12, 8, 3, 3})
            .then("Relu")
            .then("GlobalAveragePool")
            .then("Flatten")
            .gemm(12, 6)
            .read();
    List<Map<String, Tensor>> batches = List.of(heavyTailed(32));
    Calibration calibration =
        new Calibrator(RUNTIME, 1).run(network, batches, RangeMethods.named("min-max"));
    ExecutorService executor = Executors.newFixedThreadPool(2);
    FittedRanges fitted;
    try {
      fitted =
          new RangeFitting(network, RUNTIME, executor)
              .fit(calibration, batches, FittingProgress.silent());
    } finally {
      executor.shutdown();
    }

    assertThat(fitted.uniform()).hasSize(RangeMethods.all().size());
    fitted.uniform().values().forEach(e -> assertThat(fitted.error()).isLessThanOrEqualTo(e));
    assertThat(fitted.error()).isLessThan(fitted.uniform().get("min-max"));
    assertThat(fitted.choices()).isNotEmpty();
    assertThat(fitted.error())
        .isCloseTo(error(network, fitted.calibration(), batches), within(1e-9));
  }

  /** One pixel in a thousand is thirty times larger than the others. */
  private static Map<String, Tensor> heavyTailed(int samples) {
    Random random = new Random(2);
    float[] values = new float[samples * 3 * 64];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian() * (i % 1000 == 0 ? 30 : 1);
    }
    return Map.of("x", new Tensor.Floats(values, new long[] {samples, 3, 8, 8}));
  }

  private static double error(
      Network network, Calibration calibration, List<Map<String, Tensor>> batches) {
    RoundingLibrary library = new RoundingLibrary(network, RoundingMethods.named("mse"));
    byte[] model =
        new PlanLowering(network, calibration, library).lower(Plan.uniform(3, Scheme.W8A8)).model();
    float[] wanted = run(network.originalModel(), batches);
    float[] actual = run(model, batches);
    double mean = 0;
    for (float value : wanted) {
      mean += value / (double) wanted.length;
    }
    double difference = 0;
    double variance = 0;
    for (int i = 0; i < wanted.length; i++) {
      difference += Math.pow(wanted[i] - (double) actual[i], 2);
      variance += Math.pow(wanted[i] - mean, 2);
    }
    return difference / variance;
  }

  private static float[] run(byte[] model, List<Map<String, Tensor>> batches) {
    try (Session session = RUNTIME.open(model, 1)) {
      return ((Tensor.Floats) session.run(batches.get(0)).get(0)).values();
    }
  }
}
