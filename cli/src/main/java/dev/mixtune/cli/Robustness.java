package dev.mixtune.cli;

import dev.mixtune.engine.PairedScore;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.UserException;
import dev.mixtune.evaluators.AccuracyEvaluator;
import dev.mixtune.evaluators.Outcome;
import dev.mixtune.evaluators.SampleSet;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Scores the float model and the chosen file on the task's further data. */
final class Robustness {
  private Robustness() {}

  /** One sentence for each set of samples. */
  static List<String> sentences(Workbench bench, Plan plan, Path file, List<SampleSet> sets) {
    AccuracyEvaluator evaluator = Candidates.evaluator(bench, plan);
    return sets.stream().map(samples -> sentence(evaluator, file, samples)).toList();
  }

  private static String sentence(AccuracyEvaluator evaluator, Path file, SampleSet samples) {
    try {
      Outcome outcome = evaluator.score(file, samples);
      return outcome instanceof Outcome.Scored scored
          ? sentence(samples.name(), scored.score())
          : failed(samples, ((Outcome.Failed) outcome).reason());
    } catch (UserException e) {
      // Further data must not cost the report of a whole night.
      return failed(samples, String.valueOf(e.getMessage()));
    } finally {
      evaluator.forget(samples);
    }
  }

  private static String failed(SampleSet samples, String reason) {
    return "The chosen file could not be scored on '" + samples.name() + "': " + reason;
  }

  static String sentence(String name, PairedScore score) {
    return String.format(
        Locale.ROOT,
        "On '%s' (%d samples) float reaches %s, the chosen file %s: a drop of %.2f"
            + " points (%.2f to %.2f).",
        name,
        score.samples(),
        ScoreWords.value(score.reference(), score.counts().isPresent()),
        ScoreWords.value(score.score(), score.counts().isPresent()),
        100 * score.drop(),
        100 * score.dropLow(),
        100 * score.dropHigh());
  }
}
