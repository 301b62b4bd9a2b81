package dev.mixtune.hardware;

import java.util.Arrays;
import org.apache.commons.statistics.distribution.BinomialDistribution;

/**
 * A median with its distribution-free interval.
 *
 * <p>The ends are order statistics: the number of samples below the true median is binomial with
 * probability 1/2, whatever the distribution of the samples (David and Nagaraja, Order Statistics,
 * 3rd edition, section 7.1, doi:10.1002/0471722162).
 *
 * @param median the middle sample, or the mean of the two middle ones
 * @param low lower end
 * @param high upper end
 */
record MedianInterval(double median, double low, double high) {

  /** The fewest samples whose range covers the median with this confidence. */
  static int leastSamples(double confidence) {
    int samples = 1;
    while (2 * Math.pow(0.5, samples) > 1 - confidence) {
      samples++;
    }
    return samples;
  }

  /**
   * The interval of some samples, independent of their order.
   *
   * @param samples at least {@link #leastSamples} for the interval to hold what it promises; with
   *     fewer it is the range
   * @param confidence above 0, below 1
   */
  static MedianInterval of(double[] samples, double confidence) {
    double[] sorted = samples.clone();
    Arrays.sort(sorted);
    int rank = lowerRank(sorted.length, confidence);
    return new MedianInterval(middle(sorted), sorted[rank - 1], sorted[sorted.length - rank]);
  }

  /**
   * The largest k, at least 1, with P(Binomial(n, 1/2) < k) at most half of what may be missed: the
   * k-th smallest sample is the lower end.
   */
  static int lowerRank(int n, double confidence) {
    BinomialDistribution below = BinomialDistribution.of(n, 0.5);
    double tail = (1 - confidence) / 2;
    int rank = below.inverseCumulativeProbability(tail);
    // The quantile is the least x with P(X <= x) >= tail: one rank more where it is met exactly.
    return Math.max(1, below.cumulativeProbability(rank) <= tail ? rank + 1 : rank);
  }

  /** The median of some values. */
  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return middle(sorted);
  }

  private static double middle(double[] sorted) {
    int half = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }

  /** The longer of the two arms, as a fraction of the median. */
  double relativeError() {
    return Math.max(high - median, median - low) / median;
  }
}
