package dev.mixtune.evaluators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PairedBoundsTest {
  private static final double Z95 = 1.6448536269514722;
  private static final double Z975 = 1.959963984540054;

  /** The two worked examples of Tango (1998), sections 6.1 and 6.2. */
  @Test
  void reproducesThePublishedExamples() {
    PairedBounds.Interval sleep = PairedBounds.interval(9, 3, 32, 0.95);
    assertThat(sleep.low()).isCloseTo(-0.027, within(0.0005));
    assertThat(sleep.high()).isCloseTo(0.390, within(0.0005));

    assertThat(PairedBounds.interval(0, 1, 44, 0.90).low()).isCloseTo(-0.096, within(0.0005));
    assertThat(PairedBounds.statistic(0, 1, 44, -0.1)).isCloseTo(1.709, within(0.0005));
  }

  /** With nothing gained the constrained estimate is 0, and the score bound is Wilson's. */
  @ParameterizedTest
  @CsvSource({"0,1", "0,10", "0,3000", "1,44", "7,100", "30,6000", "99,100"})
  void isWilsonsBoundWhenNothingIsGained(int lost, int samples) {
    double p = (double) lost / samples;
    double z2 = Z95 * Z95;
    double wilson =
        (p
                + z2 / (2 * samples)
                + Z95 * Math.sqrt(p * (1 - p) / samples + z2 / (4.0 * samples * samples)))
            / (1 + z2 / samples);
    assertThat(PairedBounds.upper(lost, 0, samples, 0.95)).isCloseTo(wilson, within(1e-9));
  }

  /** The score test itself, its nuisance parameter found by searching the likelihood. */
  @ParameterizedTest
  @CsvSource({
    "5,3,100",
    "3,5,100",
    "40,20,160",
    "1,0,9",
    "0,4,50",
    "12,12,30",
    "150,86,1600",
    "2,60,4000"
  })
  void boundSolvesTheScoreEquation(int lost, int gained, int samples) {
    PairedBounds.Interval interval = PairedBounds.interval(lost, gained, samples, 0.95);
    assertThat(searchedStatistic(lost, gained, samples, interval.high()))
        .isCloseTo(-Z975, within(1e-4));
    assertThat(searchedStatistic(lost, gained, samples, interval.low()))
        .isCloseTo(Z975, within(1e-4));
    double drop = (double) (lost - gained) / samples;
    assertThat(drop).isBetween(interval.low(), interval.high());
  }

  private static double searchedStatistic(int lost, int gained, int samples, double drop) {
    double low = Math.max(0, -drop);
    double high = (1 - drop) / 2;
    for (int i = 0; i < 200; i++) {
      double a = low + (high - low) / 3;
      double b = high - (high - low) / 3;
      if (logLikelihood(lost, gained, samples, drop, a)
          < logLikelihood(lost, gained, samples, drop, b)) {
        low = a;
      } else {
        high = b;
      }
    }
    double gainedShare = (low + high) / 2;
    double lostShare = gainedShare + drop;
    double variance = (lostShare + gainedShare - drop * drop) / samples;
    return ((double) (lost - gained) / samples - drop) / Math.sqrt(variance);
  }

  private static double logLikelihood(
      int lost, int gained, int samples, double drop, double gainedShare) {
    return term(lost, gainedShare + drop)
        + term(gained, gainedShare)
        + term(samples - lost - gained, 1 - 2 * gainedShare - drop);
  }

  private static double term(int count, double share) {
    return count == 0 ? 0 : count * Math.log(Math.max(share, 1e-300));
  }

  @ParameterizedTest
  @CsvSource({"0.02,0.01,600", "0.03,0.03,300", "0.005,0.005,2000", "0.10,0.05,100"})
  void upperBoundCoversAsOftenAsItSays(double lostShare, double gainedShare, int samples) {
    Random random = new Random(20240501);
    int runs = 4000;
    int covered = 0;
    for (int run = 0; run < runs; run++) {
      int lost = 0;
      int gained = 0;
      for (int i = 0; i < samples; i++) {
        double u = random.nextDouble();
        lost += u < lostShare ? 1 : 0;
        gained += u >= lostShare && u < lostShare + gainedShare ? 1 : 0;
      }
      double bound = PairedBounds.upper(lost, gained, samples, 0.95);
      covered += bound >= lostShare - gainedShare ? 1 : 0;
    }
    assertThat((double) covered / runs).isGreaterThanOrEqualTo(0.94);
  }

  @Test
  void extremesStayInRange() {
    assertThat(PairedBounds.upper(10, 0, 10, 0.95)).isEqualTo(1);
    assertThat(PairedBounds.lower(0, 10, 10, 0.95)).isEqualTo(-1);
    assertThat(PairedBounds.upper(0, 10, 10, 0.95)).isBetween(-1.0, 0.0);
    assertThat(PairedBounds.upper(0, 0, 1, 0.95)).isBetween(0.5, 1.0);
    assertThatThrownBy(() -> PairedBounds.upper(3, 3, 5, 0.95))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** n samples without disagreement bound the drop by z^2 / (n + z^2). */
  @Test
  void samplesNeededInvertsTheBound() {
    long closedForm = (long) Math.ceil(Z95 * Z95 * (1 - 0.01) / 0.01);
    assertThat(PairedBounds.samplesNeeded(0, 0, 0.01, 0.95)).hasValue(closedForm);

    long needed = PairedBounds.samplesNeeded(0.01, 0.005, 0.01, 0.95).orElseThrow();
    assertThat(PairedBounds.upper(0.01 * needed, 0.005 * needed, needed, 0.95))
        .isLessThanOrEqualTo(0.01);
    assertThat(PairedBounds.upper(0.01 * (needed - 1), 0.005 * (needed - 1), needed - 1, 0.95))
        .isGreaterThan(0.01);
    assertThat(PairedBounds.samplesNeeded(0.02, 0.01, 0.01, 0.95)).isEmpty();
  }
}
