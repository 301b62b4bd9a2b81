package dev.mixtune.training.tuning;

import dev.mixtune.engine.PairedScore;
import dev.mixtune.engine.UserException;
import dev.mixtune.evaluators.AccuracyEvaluator;
import dev.mixtune.evaluators.Outcome;
import dev.mixtune.evaluators.SampleSet;
import java.io.PrintStream;
import java.util.Locale;

/** Scores the file that a plan in training is at present, and says what it came to. */
record PlanScores(AccuracyEvaluator evaluator, TrainablePlan student, PrintStream out) {

  PairedScore of(String what, SampleSet samples) {
    Outcome outcome = evaluator.score(student.lowered().model(), samples);
    if (outcome instanceof Outcome.Scored scored) {
      PairedScore score = scored.score();
      out.println(
          String.format(
              Locale.ROOT,
              "%s: %.4f on %d samples, float %.4f, drop %.4f (%.4f to %.4f)",
              what,
              score.score(),
              score.samples(),
              score.reference(),
              score.drop(),
              score.dropLow(),
              score.dropHigh()));
      return score;
    }
    throw new UserException(
        "the plan in training cannot be scored: " + ((Outcome.Failed) outcome).reason(),
        "Try a lower --lr, or another plan.");
  }
}
