package dev.mixtune.evaluators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StsSpearmanTest {
  private final StsSpearman metric = new StsSpearman();

  /** Average rank by counting, then Pearson's formula from sums. */
  static double naive(double[] a, double[] b) {
    double[] ra = Arrays.stream(a).map(x -> rank(a, x)).toArray();
    double[] rb = Arrays.stream(b).map(x -> rank(b, x)).toArray();
    double n = a.length;
    double sa = Arrays.stream(ra).sum();
    double sb = Arrays.stream(rb).sum();
    double ab = 0;
    double aa = 0;
    double bb = 0;
    for (int i = 0; i < n; i++) {
      ab += ra[i] * rb[i];
      aa += ra[i] * ra[i];
      bb += rb[i] * rb[i];
    }
    return (n * ab - sa * sb) / Math.sqrt((n * aa - sa * sa) * (n * bb - sb * sb));
  }

  private static double rank(double[] all, double x) {
    double less = Arrays.stream(all).filter(y -> y < x).count();
    double equal = Arrays.stream(all).filter(y -> y == x).count();
    return less + (equal + 1) / 2;
  }

  @Test
  void agreesWithRanksByCounting() {
    Random random = new Random(11);
    for (int trial = 0; trial < 200; trial++) {
      int n = 3 + random.nextInt(60);
      int levels = 2 + random.nextInt(8);
      double[] values = random.doubles(n).map(x -> Math.floor(x * levels * 3)).toArray();
      double[] targets = random.doubles(n).map(x -> Math.floor(x * levels)).toArray();
      double expected = naive(values, targets);
      if (Double.isFinite(expected)) {
        assertThat(metric.of(values, targets)).isCloseTo(expected, within(1e-12));
      } else {
        assertThat(metric.of(values, targets)).isNaN();
      }
    }
  }

  /** The worked example without ties: 1 - 6 sum(d^2) / (n (n^2 - 1)). */
  @Test
  void agreesWithTheFormulaForDistinctValues() {
    double[] a = {106, 100, 86, 101, 99, 103, 97, 113, 112, 110};
    double[] b = {7, 27, 2, 50, 28, 29, 20, 12, 6, 17};
    assertThat(metric.of(a, b)).isCloseTo(1 - 6 * 194.0 / (10 * 99), within(1e-12));
    double[] rising = {1, 2, 3};
    assertThat(metric.of(rising, new double[] {-5, 0, 70})).isEqualTo(1);
    assertThat(metric.of(rising, new double[] {9, 4, 1})).isEqualTo(-1);
    assertThat(metric.of(rising, new double[] {4, 4, 4})).isNaN();
  }

  @Test
  void weightsAreRepeatedSamples() {
    Random random = new Random(12);
    int n = 40;
    double[] values = random.doubles(n).map(x -> Math.rint(x * 20)).toArray();
    double[] targets = random.doubles(n).map(x -> Math.rint(x * 10)).toArray();
    StatisticMetric.Weighted fast = metric.weighted(values, targets);
    // The same metric without its own way of weighting writes the samples out.
    StatisticMetric.Weighted slow = new SlowSpearman().weighted(values, targets);
    for (int trial = 0; trial < 50; trial++) {
      int[] times = random.ints(n, 0, 4).toArray();
      assertThat(fast.of(times)).isCloseTo(slow.of(times), within(1e-12));
    }
  }

  @Test
  void anAnswerIsTheCosineOfItsHalves() {
    Row row = new Row(new float[] {9, 3, 4, 4, 3, 9}, 1, 4);
    assertThat(metric.value(row, row, 2)).isCloseTo(24.0 / 25, within(1e-12));
    Row zero = new Row(new float[] {0, 0, 1, 2}, 0, 4);
    assertThat(metric.value(zero, zero, 2)).isZero();
  }

  /** Spearman by counting, with the weights that every metric gets for nothing. */
  record SlowSpearman() implements StatisticMetric {
    @Override
    public String id() {
      return "slow";
    }

    @Override
    public boolean needsLabels() {
      return true;
    }

    @Override
    public int minimumValues() {
      return 1;
    }

    @Override
    public double value(Row answer, Row floatAnswer, double target) {
      return answer.at(0);
    }

    @Override
    public double of(double[] values, double[] targets) {
      return naive(values, targets);
    }
  }
}
