package dev.mixtune.cli;

import dev.mixtune.engine.PairedScore;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.UserException;
import dev.mixtune.evaluators.AccuracyEvaluator;
import dev.mixtune.evaluators.Outcome;
import dev.mixtune.evaluators.SampleSet;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Scores the float model and the chosen file on the task's further data. */
final class Robustness {
  private static final Logger LOG = LoggerFactory.getLogger(Robustness.class);

  private Robustness() {}

  /** One sentence for each set of samples, until the user asks to stop. */
  static List<String> sentences(StudyContext context, Plan plan, Path file) {
    AccuracyEvaluator evaluator = Candidates.evaluator(context.bench(), plan);
    List<String> sentences = new ArrayList<>();
    try {
      for (SampleSet samples : context.robustness()) {
        context.console().progress("robustness", 0, null, samples.name());
        sentences.add(
            Futures.await(
                context.workers().submit(() -> sentence(evaluator, file, samples)),
                context.deadline()::isInterrupted));
      }
    } catch (CancellationException e) {
      LOG.info("further data is not scored, the user stopped the study");
    }
    return sentences;
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
