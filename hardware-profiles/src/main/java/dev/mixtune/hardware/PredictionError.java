package dev.mixtune.hardware;

import dev.mixtune.engine.RankCorrelation;
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
        RankCorrelation.of(predicted, measured),
        RankCorrelation.of(
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
}
