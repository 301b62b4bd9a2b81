package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.apache.commons.statistics.distribution.TDistribution;
import org.junit.jupiter.api.Test;

class SureGainTest {
  @Test
  void aGainInEveryPartIsSure() {
    assertThat(SureGain.in(1, 1.2, 0.9, 1.1, 1, 0.8, 1.3, 1, 0.9, 1.1)).isTrue();
  }

  @Test
  void oneLargeGainIsNot() {
    assertThat(SureGain.in(10, 0.1, -0.1, 0.2, 0, -0.2, 0.1, 0, -0.1, 0.1)).isFalse();
    assertThat(SureGain.in(new double[10])).isFalse();
    assertThat(SureGain.in(1, 1, 1, 1, Double.NaN, 1, 1, 1, 1, 1)).isFalse();
  }

  /** A mean of 1 with a standard error of 1 by the quantile is where the test turns. */
  @Test
  void theBorderIsTheQuantileOfStudentsDistribution() {
    // Five values on each side: variance of the sample is 10/9 * d^2, error d / 3.
    double border = 3 / TDistribution.of(9).inverseCumulativeProbability(0.95);
    assertThat(SureGain.in(spread(border * 0.999))).isTrue();
    assertThat(SureGain.in(spread(border * 1.001))).isFalse();
  }

  private static double[] spread(double deviation) {
    double[] gains = new double[10];
    for (int i = 0; i < gains.length; i++) {
      gains[i] = 1 + (i % 2 == 0 ? deviation : -deviation);
    }
    return gains;
  }

  @Test
  void noiseIsSureInOneOfTwenty() {
    Random random = new Random(5);
    int sure = 0;
    for (int trial = 0; trial < 20_000; trial++) {
      sure += SureGain.in(random.doubles(10, -1, 1).toArray()) ? 1 : 0;
    }
    // 1,000 are expected; the uniform distribution's tails are somewhat off Student's.
    assertThat(sure).isBetween(800, 1200);
  }

  @Test
  void tenAreNeeded() {
    assertThatThrownBy(() -> SureGain.in(1, 2)).isInstanceOf(IllegalArgumentException.class);
  }
}
