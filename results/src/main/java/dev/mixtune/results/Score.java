package dev.mixtune.results;

import dev.mixtune.engine.PairedScore;

/**
 * One plan's metric on one split.
 *
 * @param accuracy the metric, 0..1 (for correlations -1..1)
 * @param drop float minus plan on the same samples, as a fraction
 * @param dropInterval paired, two-sided, at the run's confidence
 * @param samples number of samples
 * @param right samples answered right
 * @param lost samples that float answers right and the plan wrong
 * @param gained samples that float answers wrong and the plan right
 */
public record Score(
    double accuracy,
    double drop,
    Interval dropInterval,
    int samples,
    int right,
    int lost,
    int gained) {

  public Score {
    Numbers.requireFinite("accuracy", accuracy);
    Numbers.requireFinite("drop", drop);
    if (samples <= 0) {
      throw new IllegalArgumentException("a score needs samples, not " + samples);
    }
  }

  /** The same facts in the words of the study's files. */
  public static Score of(PairedScore score) {
    return new Score(
        score.score(),
        score.drop(),
        new Interval(score.dropLow(), score.dropHigh()),
        score.samples(),
        score.right(),
        score.lost(),
        score.gained());
  }
}
