package dev.mixtune.hardware;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * How far predictions lay from what was measured on plans that the model had not seen.
 *
 * @param plans how many plans
 * @param median of the errors relative to the measured time, 0..
 * @param p95 the error that 95 % of the plans stay within
 * @param withinTenth share of plans with an error of at most 0.1
 * @param rankCorrelation Spearman's, -1..1; NaN when all plans take the same time
 * @param rankCorrelationOfFastest the same among the quarter that was measured fastest
 */
public record PredictionError(
    int plans,
    double median,
    double p95,
    double withinTenth,
    double rankCorrelation,
    double rankCorrelationOfFastest) {

  /**
   * The error of these predictions.
   *
   * @param predicted any unit
   * @param measured the same unit, above 0; at least one
   */
  public static PredictionError of(double[] predicted, double[] measured) {
    int n = measured.length;
    if (n == 0 || predicted.length != n) {
      throw new IllegalArgumentException(predicted.length + " predictions of " + n + " plans");
    }
    double[] errors =
        IntStream.range(0, n)
            .mapToDouble(i -> Math.abs(predicted[i] / measured[i] - 1))
            .sorted()
            .toArray();
    int[] fastest =
        IntStream.range(0, n)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> measured[i]))
            .limit(Math.max(1, n / 4))
            .mapToInt(Integer::intValue)
            .toArray();
    return new PredictionError(
        n,
        MedianInterval.median(errors),
        errors[(int) Math.ceil(0.95 * n) - 1],
        (double) Arrays.stream(errors).filter(error -> error <= 0.1).count() / n,
        spearman(predicted, measured),
        spearman(
            Arrays.stream(fastest).mapToDouble(i -> predicted[i]).toArray(),
            Arrays.stream(fastest).mapToDouble(i -> measured[i]).toArray()));
  }

  /** In words, such as {@code median 0.8 %, 95 % of plans within 2.4 %, rank correlation 0.99}. */
  public String words() {
    return String.format(
        Locale.ROOT,
        "median %.1f %%, 95 %% of %d plans within %.1f %%, rank correlation %.3f",
        100 * median,
        plans,
        100 * p95,
        rankCorrelation);
  }

  /** Pearson's correlation of ranks; ties share their mean rank. */
  private static double spearman(double[] x, double[] y) {
    double[] a = ranks(x);
    double[] b = ranks(y);
    double mean = (x.length - 1) / 2.0;
    double ab = 0;
    double aa = 0;
    double bb = 0;
    for (int i = 0; i < a.length; i++) {
      ab += (a[i] - mean) * (b[i] - mean);
      aa += (a[i] - mean) * (a[i] - mean);
      bb += (b[i] - mean) * (b[i] - mean);
    }
    return ab / Math.sqrt(aa * bb);
  }

  private static double[] ranks(double[] values) {
    int[] order =
        IntStream.range(0, values.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> values[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    double[] ranks = new double[values.length];
    for (int from = 0; from < order.length; ) {
      int to = from;
      while (to < order.length && values[order[to]] == values[order[from]]) {
        to++;
      }
      for (int i = from; i < to; i++) {
        ranks[order[i]] = (from + to - 1) / 2.0;
      }
      from = to;
    }
    return ranks;
  }
}
