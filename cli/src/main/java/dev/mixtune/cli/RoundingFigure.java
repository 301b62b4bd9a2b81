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

  /** The score in points of 100, or {@code failed}. */
  String points() {
    return outcome instanceof Outcome.Scored scored ? points(scored.score().score()) : "failed";
  }

  static String points(double fraction) {
    return String.format(Locale.ROOT, "%.2f", 100 * fraction);
  }

  /** The share of answers that are the float model's, in points of 100. */
  String agreement() {
    return outcome instanceof Outcome.Scored scored ? points(scored.closeness().agreement()) : "-";
  }

  /** Points that this figure is above another one, signed. */
  String above(RoundingFigure other) {
    return outcome instanceof Outcome.Scored mine && other.outcome instanceof Outcome.Scored theirs
        ? String.format(Locale.ROOT, "%+.2f", 100 * (mine.score().score() - theirs.score().score()))
        : "-";
  }
}
