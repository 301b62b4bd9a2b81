package dev.mixtune.results;

import dev.mixtune.engine.PairedScore;
import org.jspecify.annotations.Nullable;

/**
 * One plan's metric on one split.
 *
 * @param accuracy the metric, 0..1 (for correlations -1..1)
 * @param drop float minus plan on the same samples, as a fraction
 * @param dropInterval paired, two-sided, at the run's confidence
 * @param samples number of samples
 * @param right samples answered right; null, as the next two, where the metric is no share of them
 * @param lost samples that float answers right and the plan wrong
 * @param gained samples that float answers wrong and the plan right
 */
public record Score(
    double accuracy,
    double drop,
    Interval dropInterval,
    int samples,
    @Nullable Integer right,
    @Nullable Integer lost,
    @Nullable Integer gained) {

  public Score {
    Numbers.requireFinite("accuracy", accuracy);
    Numbers.requireFinite("drop", drop);
    if (samples <= 0) {
      throw new IllegalArgumentException("a score needs samples, not " + samples);
    }
  }

  /** Whether the metric is a share of right answers; else it is a number of its own scale. */
  boolean isShare() {
    return right != null;
  }

  /** The same facts in the words of the study's files. */
  public static Score of(PairedScore score) {
    PairedScore.Counts counts = score.counts().orElse(null);
    return new Score(
        score.score(),
        score.drop(),
        new Interval(score.dropLow(), score.dropHigh()),
        score.samples(),
        counts == null ? null : counts.right(),
        counts == null ? null : counts.lost(),
        counts == null ? null : counts.gained());
  }
}
