package dev.mixtune.cli;

import dev.mixtune.engine.PairedScore;
import dev.mixtune.results.Score;
import java.util.Locale;

/** Says what a metric came to: shares of right answers in percent, others as they are. */
final class ScoreWords {
  private ScoreWords() {}

  /**
   * A metric's value.
   *
   * @param isShare whether it counts right answers
   */
  static String value(double value, boolean isShare) {
    return isShare
        ? String.format(Locale.ROOT, "%.2f %%", 100 * value)
        : String.format(Locale.ROOT, "%.4f", value);
  }

  /** {@code 905 of 1000 samples right}, or {@code 0.8672 for 1000 samples}. */
  static String of(PairedScore score) {
    return score
        .counts()
        .map(counts -> counts.right() + " of " + score.samples() + " samples right")
        .orElseGet(() -> value(score.score(), false) + " for " + score.samples() + " samples");
  }

  /** The same of a published score. */
  static String of(Score score, String metric) {
    return score.right() == null
        ? metric + " " + value(score.accuracy(), false) + " for " + score.samples() + " samples"
        : score.right() + " of " + score.samples() + " right";
  }
}
