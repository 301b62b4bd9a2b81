package dev.mixtune.engine;

/**
 * The metric of one candidate on one fixed set of samples, paired with the float model's answers on
 * the same samples.
 *
 * @param samples number of samples
 * @param reference the float model's metric on them, 0..1 (for correlations -1..1)
 * @param score the candidate's metric on them
 * @param dropLow lower end of the paired two-sided interval of the drop
 * @param dropHigh upper end of that interval
 * @param right samples that the candidate answers right
 * @param lost samples that float answers right and the candidate wrong
 * @param gained samples that float answers wrong and the candidate right
 */
public record PairedScore(
    int samples,
    double reference,
    double score,
    double dropLow,
    double dropHigh,
    int right,
    int lost,
    int gained) {

  public PairedScore {
    if (samples <= 0 || !Double.isFinite(reference) || !Double.isFinite(score)) {
      throw new IllegalArgumentException(
          samples + " samples, reference " + reference + ", score " + score);
    }
  }

  /** Float minus candidate, as a fraction; negative when the candidate is better. */
  public double drop() {
    return reference - score;
  }
}
