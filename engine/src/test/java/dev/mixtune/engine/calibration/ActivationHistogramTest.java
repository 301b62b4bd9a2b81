package dev.mixtune.engine.calibration;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A list of the same values is the oracle. */
class ActivationHistogramTest {

  private static float[] values(String kind) {
    Random random = new Random(5);
    float[] values = new float[20_000];
    for (int i = 0; i < values.length; i++) {
      double normal = random.nextGaussian();
      values[i] =
          (float)
              switch (kind) {
                case "normal" -> normal;
                case "relu" -> Math.max(0, normal);
                case "negative only" -> -Math.abs(normal) - 0.5;
                case "growing" -> normal * Math.pow(2, i / 500.0);
                case "shrinking" -> normal * Math.pow(2, (20_000 - i) / 500.0);
                case "zeros first" -> i < 5_000 ? 0 : normal;
                case "denormal" -> normal * 1e-42;
                case "denormal, then huge" -> i < 100 ? normal * 1e-42 : normal * 1e30;
                case "whole numbers" -> Math.rint(normal * 4);
                default -> throw new IllegalArgumentException(kind);
              };
    }
    return values;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "normal",
        "relu",
        "negative only",
        "growing",
        "shrinking",
        "zeros first",
        "denormal",
        "denormal, then huge",
        "whole numbers"
      })
  void countsWhatAListCounts(String kind) {
    float[] values = values(kind);
    ActivationHistogram histogram = new ActivationHistogram();
    histogram.add(values);

    float least = Float.POSITIVE_INFINITY;
    float most = Float.NEGATIVE_INFINITY;
    double largest = 0;
    long zeros = 0;
    for (float value : values) {
      least = Math.min(least, value);
      most = Math.max(most, value);
      largest = Math.max(largest, Math.abs((double) value));
      zeros += value == 0 ? 1 : 0;
    }
    assertThat(histogram.minimum()).isEqualTo(least);
    assertThat(histogram.maximum()).isEqualTo(most);
    assertThat(histogram.samples()).isEqualTo(values.length);
    assertThat(histogram.zeros()).isEqualTo(zeros);
    assertThat(histogram.notFinite()).isZero();
    assertThat(histogram.reach()).isGreaterThan(largest).isLessThanOrEqualTo(2 * largest);
    assertThat(histogram.counts()).isEqualTo(counts(values, histogram.reach()));
  }

  private static long[] counts(float[] values, double reach) {
    long[] counts = new long[8192];
    double width = reach / 4096;
    for (float value : values) {
      if (value != 0) {
        // Both factors are powers of two, so the bin is exact.
        counts[(int) (Math.floor(value / width) + 4096)]++;
      }
    }
    return counts;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 1000})
  void batchesDoNotMatter(int batches) {
    float[] values = values("growing");
    ActivationHistogram whole = new ActivationHistogram();
    whole.add(values);
    ActivationHistogram parts = new ActivationHistogram();
    for (int b = 0; b < batches; b++) {
      int from = (int) ((long) values.length * b / batches);
      int to = (int) ((long) values.length * (b + 1) / batches);
      parts.add(Arrays.copyOfRange(values, from, to));
    }
    assertThat(parts.counts()).isEqualTo(whole.counts());
    for (RangeMethod method : RangeMethods.all()) {
      assertThat(method.range(parts)).isEqualTo(method.range(whole));
    }
  }

  @Test
  void nanAndInfinityAreCountedApart() {
    ActivationHistogram histogram = new ActivationHistogram();
    histogram.add(new float[] {1, Float.NaN, Float.NEGATIVE_INFINITY, -2, Float.POSITIVE_INFINITY});

    assertThat(histogram.samples()).isEqualTo(2);
    assertThat(histogram.notFinite()).isEqualTo(3);
    assertThat(histogram.minimum()).isEqualTo(-2);
    assertThat(histogram.maximum()).isEqualTo(1);
  }

  @Test
  void nothingSeenIsTheRangeZero() {
    assertThat(new MinMaxRange().range(new ActivationHistogram())).isEqualTo(new Range(0, 0));
    assertThat(new MseRange().range(new ActivationHistogram())).isEqualTo(new Range(0, 0));
  }
}
