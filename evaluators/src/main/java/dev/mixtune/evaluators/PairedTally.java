package dev.mixtune.evaluators;

import dev.mixtune.engine.PairedScore;

/** Counts paired answers, sample by sample. */
final class PairedTally {
  private int samples;
  private int floatRight;
  private int right;
  private int lost;
  private int gained;

  void add(boolean isFloatRight, boolean isRight) {
    samples++;
    floatRight += isFloatRight ? 1 : 0;
    right += isRight ? 1 : 0;
    lost += isFloatRight && !isRight ? 1 : 0;
    gained += isRight && !isFloatRight ? 1 : 0;
  }

  /** The score, with the paired two-sided interval at {@code confidence}. */
  PairedScore score(double confidence) {
    PairedBounds.Interval drop = PairedBounds.interval(lost, gained, samples, confidence);
    return new PairedScore(
        samples,
        (double) floatRight / samples,
        (double) right / samples,
        drop.low(),
        drop.high(),
        right,
        lost,
        gained);
  }
}
