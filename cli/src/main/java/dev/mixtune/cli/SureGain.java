package dev.mixtune.cli;

import java.util.Arrays;

/**
 * Whether paired differences are above 0: Student's one-sided t-test (Student 1908, "The probable
 * error of a mean") of ten of them, at 5 %. They must come from samples that had no part in
 * choosing what is tested.
 */
final class SureGain {
  private static final int COUNT = 10;

  /** The 0.95 quantile of Student's distribution with nine degrees of freedom. */
  private static final double QUANTILE = 1.8331;

  private SureGain() {}

  /**
   * Tests.
   *
   * @param gains ten paired differences; one that is no number, of a plan that failed, is no gain
   */
  static boolean in(double... gains) {
    if (gains.length != COUNT) {
      throw new IllegalArgumentException(gains.length + " gains instead of " + COUNT);
    }
    double mean = Arrays.stream(gains).sum() / COUNT;
    double squares = Arrays.stream(gains).map(gain -> (gain - mean) * (gain - mean)).sum();
    double error = Math.sqrt(squares / (COUNT - 1) / COUNT);
    return mean > 0 && mean > QUANTILE * error;
  }
}
