package dev.mixtune.hardware;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PredictionErrorTest {
  @Test
  void countsAsByHand() {
    double[] measured = {1, 2, 3, 4};
    double[] predicted = {1.05, 1.9, 3.6, 4.04};

    PredictionError error = PredictionError.of(predicted, measured);

    // Errors: 0.05, 0.05, 0.2, 0.01.
    assertEquals(0.05, error.median(), 1e-12);
    assertEquals(0.2, error.p95(), 1e-12);
    assertEquals(0.75, error.withinTenth());
    assertEquals(1, error.rankCorrelation(), 1e-12);
  }

  @Test
  void ranksOfTiesAreTheirMean() {
    // Spearman of (1, 2.5, 2.5, 4) with (1, 3, 2, 4): 4.5 / sqrt(4.5 * 5).
    PredictionError error =
        PredictionError.of(new double[] {1, 2, 2, 3}, new double[] {1, 3, 2, 4});

    assertEquals(4.5 / Math.sqrt(4.5 * 5), error.rankCorrelation(), 1e-12);
  }

  @Test
  void theFastestQuarterIsJudgedAlone() {
    double[] measured = IntStream.rangeClosed(1, 12).mapToDouble(i -> i).toArray();
    double[] predicted = measured.clone();
    predicted[0] = 3;
    predicted[2] = 1;

    PredictionError error = PredictionError.of(predicted, measured);

    assertEquals(-1, error.rankCorrelationOfFastest(), 1e-12);
    assertTrue(error.rankCorrelation() > 0.9);
  }

  @Test
  void nothingHasNoError() {
    assertThrows(
        IllegalArgumentException.class, () -> PredictionError.of(new double[0], new double[0]));
  }
}
