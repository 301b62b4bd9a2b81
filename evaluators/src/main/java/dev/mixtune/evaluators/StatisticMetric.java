package dev.mixtune.evaluators;

import java.util.Arrays;

/**
 * A metric that is no share of right answers: each answer becomes one number, and all numbers
 * together one value, such as a correlation with the labels. Higher is better. Drops are bounded by
 * a paired bootstrap, see {@link PairedBootstrap}.
 */
public non-sealed interface StatisticMetric extends Metric {

  /**
   * What the metric needs to know of one answer.
   *
   * @param answer the candidate's (or the float model's own) outputs; of a pair of texts, those of
   *     the first and then those of the second
   * @param floatAnswer the float model's for the same sample
   * @param target the sample's label; NaN where there are none
   * @return a finite number
   */
  double value(Row answer, Row floatAnswer, double target);

  /**
   * The metric of a set of samples.
   *
   * @param values one for each sample, from {@link #value}
   * @param targets their labels, in the same order
   * @return a number whose differences of 0.01 count as one point; NaN where it is undefined
   */
  double of(double[] values, double[] targets);

  /** Whether an answer is that of a pair of texts. */
  default boolean needsPairs() {
    return false;
  }

  /** The metric of samples that count several times or not at all. */
  @FunctionalInterface
  interface Weighted {
    /**
     * The metric of these samples.
     *
     * @param times how often each sample counts, at least 0
     * @return as {@link StatisticMetric#of}
     */
    double of(int[] times);
  }

  /**
   * Prepares for many evaluations on the same samples with different weights. Override it where
   * sorting once pays; it must agree with {@link #of} on samples that are written out as often as
   * they count.
   */
  default Weighted weighted(double[] values, double[] targets) {
    return times -> {
      int count = Arrays.stream(times).sum();
      double[] repeated = new double[count];
      double[] repeatedTargets = new double[count];
      int next = 0;
      for (int i = 0; i < times.length; i++) {
        Arrays.fill(repeated, next, next + times[i], values[i]);
        Arrays.fill(repeatedTargets, next, next + times[i], targets[i]);
        next += times[i];
      }
      return of(repeated, repeatedTargets);
    };
  }
}
