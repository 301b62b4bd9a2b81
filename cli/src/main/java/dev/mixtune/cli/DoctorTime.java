package dev.mixtune.cli;

import dev.mixtune.engine.Plan;
import dev.mixtune.engine.lowering.KernelSurvey;
import dev.mixtune.engine.lowering.PlanLowering;
import dev.mixtune.evaluators.AccuracyEvaluator;
import dev.mixtune.evaluators.Outcome;
import dev.mixtune.evaluators.SampleSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;

/** What doctor says about time: how many candidates an hour scores, roughly. */
final class DoctorTime {
  private static final int FIRST_LOOK = 16;
  private static final int MOST_SAMPLES = 256;
  private static final double MOST_SECONDS = 5;

  private final Workbench bench;
  private final RunOptions options;
  private final PlanLowering lowering;
  private final KernelSurvey survey;

  DoctorTime(Workbench bench, RunOptions options, PlanLowering lowering, KernelSurvey survey) {
    this.bench = bench;
    this.options = options;
    this.lowering = lowering;
    this.survey = survey;
  }

  List<String> estimate() {
    List<String> lines = new ArrayList<>();
    SampleSet few = subset(FIRST_LOOK);
    bench.evaluator().reference(few);
    double first = seconds(bench.evaluator(), bench.network().originalModel(), few) / few.size();
    SampleSet some =
        subset((int) Math.max(FIRST_LOOK, Math.min(MOST_SAMPLES, MOST_SECONDS / first)));
    bench.evaluator().reference(some);
    double floatSeconds =
        seconds(bench.evaluator(), bench.network().originalModel(), some) / some.size();
    lines.add(
        String.format(
            Locale.ROOT, "Time per sample, one thread: float %.3g ms", 1e3 * floatSeconds));
    double candidate = floatSeconds;
    Optional<KernelSurvey.SchemeUse> integer =
        survey.schemes().stream()
            .filter(use -> use.scheme().arithmetic().isInteger() && use.failure().isEmpty())
            .findFirst();
    if (integer.isPresent()) {
      Plan plan = integer.get().plan();
      AccuracyEvaluator evaluator = Candidates.evaluator(bench, plan);
      evaluator.reference(some);
      double seconds = seconds(evaluator, lowering.lower(plan).model(), some) / some.size();
      lines.set(
          0,
          lines.get(0)
              + String.format(
                  Locale.ROOT, ", %s %.3g ms", integer.get().scheme().id(), 1e3 * seconds));
      candidate = seconds;
    }
    double each = candidate * bench.data().search().size();
    int workers = options.workerCount();
    lines.add(
        String.format(
            Locale.ROOT,
            "A candidate on the %d samples to search on takes about %s; %d workers score about %.0f"
                + " an hour.",
            bench.data().search().size(),
            text(each),
            workers,
            workers * 3600 / each));
    return lines;
  }

  private SampleSet subset(int most) {
    return bench.data().search().subset(most, new Random(options.seed));
  }

  /** Wall-clock seconds of one scoring, opening the model included. */
  private static double seconds(AccuracyEvaluator evaluator, byte[] model, SampleSet samples) {
    long start = System.nanoTime();
    Outcome outcome = evaluator.score(model, samples);
    double seconds = (System.nanoTime() - start) / 1e9;
    return outcome instanceof Outcome.Scored ? seconds : Math.max(seconds, 1e-3);
  }

  private static String text(double seconds) {
    return seconds < 10
        ? String.format(Locale.ROOT, "%.2g s", seconds)
        : Console.text(Duration.ofMillis((long) (1000 * seconds)));
  }
}
