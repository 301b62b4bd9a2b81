package dev.mixtune.hardware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MedianIntervalTest {

  /** Conover, Practical Nonparametric Statistics: ranks of the 95 % interval of a median. */
  @ParameterizedTest
  @CsvSource({"6, 1", "8, 1", "9, 2", "10, 2", "12, 3", "15, 4", "20, 6", "25, 8", "50, 18"})
  void takesTheTabulatedRanks(int samples, int rank) {
    assertThat(MedianInterval.lowerRank(samples, 0.95)).isEqualTo(rank);
  }

  @Test
  void rankIsTheLargestWhoseTailIsSmallEnough() {
    for (double confidence : new double[] {0.5, 0.9, 0.95, 0.99}) {
      for (int n = MedianInterval.leastSamples(confidence); n <= 60; n++) {
        int rank = MedianInterval.lowerRank(n, confidence);
        assertThat(tailBelow(n, rank)).isLessThanOrEqualTo((1 - confidence) / 2 + 1e-12);
        assertThat(tailBelow(n, rank + 1)).isGreaterThan((1 - confidence) / 2 - 1e-12);
      }
    }
  }

  /** P(Binomial(n, 1/2) < k) by summing Pascal's triangle. */
  private static double tailBelow(int n, int k) {
    double[] row = new double[n + 1];
    row[0] = 1;
    for (int i = 1; i <= n; i++) {
      for (int j = i; j >= 1; j--) {
        row[j] += row[j - 1];
      }
    }
    double sum = 0;
    for (int j = 0; j < k; j++) {
      sum += row[j];
    }
    return sum / Math.pow(2, n);
  }

  @Test
  void needsSixSamplesForNinetyFivePercent() {
    assertThat(MedianInterval.leastSamples(0.95)).isEqualTo(6);
    assertThat(MedianInterval.leastSamples(0.99)).isEqualTo(8);
  }

  @Test
  void endsAreOrderStatistics() {
    double[] shuffled = {7, 1, 10, 3, 9, 5, 2, 8, 4, 6};
    assertThat(MedianInterval.of(shuffled, 0.95)).isEqualTo(new MedianInterval(5.5, 2, 9));
    assertThat(MedianInterval.of(shuffled, 0.95).relativeError())
        .isCloseTo(3.5 / 5.5, within(1e-12));
  }

  @Test
  void coversTheTrueMedianAsOftenAsItPromises() {
    Random random = new Random(20240501);
    int covered = 0;
    int trials = 4000;
    for (int trial = 0; trial < trials; trial++) {
      double[] samples = random.doubles(25).map(u -> -Math.log(1 - u)).toArray();
      MedianInterval interval = MedianInterval.of(samples, 0.95);
      if (interval.low() <= Math.log(2) && Math.log(2) <= interval.high()) {
        covered++;
      }
    }
    // Exact coverage of ranks 8 and 18 of 25 is 0.9567; four standard errors are 0.013.
    assertThat((double) covered / trials).isCloseTo(0.9567, within(0.013));
  }
}
