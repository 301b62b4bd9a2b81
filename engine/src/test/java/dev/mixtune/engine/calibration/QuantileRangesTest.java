package dev.mixtune.engine.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sorted values are the oracle for quantiles; known distributions for the rest. */
class QuantileRangesTest {

  private static ActivationHistogram of(float... values) {
    ActivationHistogram histogram = new ActivationHistogram();
    histogram.add(values);
    return histogram;
  }

  private static float[] gaussian(int count, float outlier) {
    Random random = new Random(6);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    values[0] = outlier;
    return values;
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.001, 0.01, 0.2, 0.7, 0.99, 0.999})
  void quantilesAreThoseOfTheSortedValues(double share) {
    float[] values = gaussian(20_000, 3);
    float[] sorted = values.clone();
    Arrays.sort(sorted);

    double quantile = of(values).quantile(share);

    // A bin is at most 8 / 4096 wide here.
    assertThat(quantile)
        .isCloseTo(sorted[(int) Math.ceil(share * sorted.length) - 1], within(0.004));
  }

  @Test
  void percentilesAndEntropyCutOffAStrayValue() {
    ActivationHistogram histogram = of(gaussian(200_000, 60));

    // Quantiles of the normal distribution: 3.090 and 3.719.
    assertThat(RangeMethods.named("min-max").range(histogram).high()).isEqualTo(60);
    assertThat(RangeMethods.named("percentile-99.9").range(histogram).high())
        .isCloseTo(3.09f, within(0.1f));
    assertThat(RangeMethods.named("percentile-99.99").range(histogram).high())
        .isCloseTo(3.72f, within(0.2f));
    assertThat(RangeMethods.named("entropy").range(histogram).high()).isLessThan(30);
  }

  @Test
  void entropyKeepsAllOfAnEvenDistribution() {
    float[] values = new float[100_000];
    Random random = new Random(8);
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat() * 4;
    }
    assertThat(RangeMethods.named("entropy").range(of(values)).high()).isCloseTo(4f, within(0.2f));
  }

  @Test
  void everyMethodTakesConstantEmptyAndZeroTensors() {
    for (RangeMethod method : RangeMethods.all()) {
      for (ActivationHistogram histogram :
          new ActivationHistogram[] {
            of(), of(0, 0, 0), of(2, 2, 2), of(-3), of(Float.NaN), of(1e-38f, 1e-38f), of(1e30f)
          }) {
        Range range = method.range(histogram);
        assertThat(range.low()).as(method.name()).isLessThanOrEqualTo(0);
        assertThat(range.high()).as(method.name()).isGreaterThanOrEqualTo(0);
      }
    }
  }
}
