package dev.mixtune.cli;

import dev.mixtune.engine.fitting.ActivationTreatment;
import dev.mixtune.evaluators.Outcome;
import java.util.Locale;

/**
 * What one plan scores with one rounding.
 *
 * @param plan the plan's name
 * @param source the rounding's name
 * @param activations whether they have 8 bits too
 * @param averageBits stored bits per weight
 * @param sizeRatio the file against the float model's
 * @param outcome the score on all samples
 */
record RoundingFigure(
    String plan,
    String source,
    ActivationTreatment activations,
    double averageBits,
    double sizeRatio,
    Outcome outcome) {

  /** The same figure under another rounding's name. */
  RoundingFigure as(String other) {
    return new RoundingFigure(plan, other, activations, averageBits, sizeRatio, outcome);
  }

  /** The score: shares in points of 100, others as they are; or {@code failed}. */
  String score() {
    return outcome instanceof Outcome.Scored scored
        ? value(scored.score().score(), isShare(scored))
        : "failed";
  }

  static String value(double value, boolean isShare) {
    return isShare
        ? String.format(Locale.ROOT, "%.2f", 100 * value)
        : String.format(Locale.ROOT, "%.4f", value);
  }

  private static boolean isShare(Outcome.Scored scored) {
    return scored.score().counts().isPresent();
  }

  /**
   * The share of answers that are the float model's, in points of 100; where the metric counts no
   * right answers, the mean cosine between the two models' outputs.
   */
  String agreement() {
    if (!(outcome instanceof Outcome.Scored scored)) {
      return "-";
    }
    return isShare(scored)
        ? value(scored.closeness().agreement(), true)
        : value(scored.closeness().cosine(), false);
  }

  /** How far this figure is above another one, signed, in the units of {@link #score}. */
  String above(RoundingFigure other) {
    if (!(outcome instanceof Outcome.Scored mine && other.outcome instanceof Outcome.Scored its)) {
      return "-";
    }
    double gap = mine.score().score() - its.score().score();
    return isShare(mine)
        ? String.format(Locale.ROOT, "%+.2f", 100 * gap)
        : String.format(Locale.ROOT, "%+.4f", gap);
  }
}
