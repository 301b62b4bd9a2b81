package dev.mixtune.engine;

import java.util.Optional;

/**
 * The metric of one candidate on one fixed set of samples, paired with the float model's answers on
 * the same samples.
 *
 * @param samples number of samples
 * @param reference the float model's metric on them, 0..1 (for correlations -1..1)
 * @param score the candidate's metric on them
 * @param dropLow lower end of the paired two-sided interval of the drop
 * @param dropHigh upper end of that interval
 * @param evidence what a one-sided bound of the drop is made from
 */
public record PairedScore(
    int samples,
    double reference,
    double score,
    double dropLow,
    double dropHigh,
    Evidence evidence) {

  public PairedScore {
    if (samples <= 0 || !Double.isFinite(reference) || !Double.isFinite(score)) {
      throw new IllegalArgumentException(
          samples + " samples, reference " + reference + ", score " + score);
    }
  }

  /** The score of a metric that counts right answers; see {@link Counts}. */
  public PairedScore(
      int samples,
      double reference,
      double score,
      double dropLow,
      double dropHigh,
      int right,
      int lost,
      int gained) {
    this(samples, reference, score, dropLow, dropHigh, new Counts(right, lost, gained));
  }

  /** What is known of the drop beside its interval. */
  public sealed interface Evidence {}

  /**
   * The paired answers of a metric that is a share of right answers: bounds follow from them.
   *
   * @param right samples that the candidate answers right
   * @param lost samples that float answers right and the candidate wrong
   * @param gained samples that float answers wrong and the candidate right
   */
  public record Counts(int right, int lost, int gained) implements Evidence {}

  /**
   * For a metric that is no share, such as a correlation: the bound itself, from resampling.
   *
   * @param dropUpper one-sided upper bound of the drop, at the confidence of the interval
   */
  public record Resampled(double dropUpper) implements Evidence {}

  /** Float minus candidate, as a fraction; negative when the candidate is better. */
  public double drop() {
    return reference - score;
  }

  /** The counts of a metric that counts right answers; empty for every other. */
  public Optional<Counts> counts() {
    return evidence instanceof Counts counts ? Optional.of(counts) : Optional.empty();
  }
}
