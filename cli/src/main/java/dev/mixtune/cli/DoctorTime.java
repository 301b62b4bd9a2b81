package dev.mixtune.cli;

import dev.mixtune.engine.Latency;
import dev.mixtune.engine.PairedScore;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.lowering.KernelSurvey;
import dev.mixtune.engine.lowering.PlanLowering;
import dev.mixtune.engine.runtime.Session;
import dev.mixtune.evaluators.AccuracyEvaluator;
import dev.mixtune.evaluators.CountMetric;
import dev.mixtune.evaluators.Outcome;
import dev.mixtune.evaluators.SampleSet;
import dev.mixtune.hardware.HostTimer;
import dev.mixtune.hardware.ProfileTarget;
import dev.mixtune.hardware.TimerSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * What doctor says about time: how many candidates an hour scores, roughly.
 *
 * @param floatSeconds of one sample on one thread
 * @param candidate a plan with 8 bits; empty where the network has none that runs
 */
record DoctorTime(double floatSeconds, Optional<Candidate> candidate) {
  private static final int FIRST_LOOK = 16;
  private static final int MOST_SAMPLES = 256;

  /** The margin of a statistic is resampled: fewer samples would say nothing about it. */
  private static final int LEAST_FOR_STATISTICS = 128;

  private static final double MOST_SECONDS = 5;

  private static final TimerSettings TIMING =
      new TimerSettings(0.01, 0.95, 1_000_000_000L, 5, 20, 0.05, 2);

  /**
   * A plan.
   *
   * @param scheme the scheme's name
   * @param seconds of one sample on one thread
   * @param score on a few samples
   * @param latency at the deployment shape, timed in turn with the float model; empty where the
   *     target is not this machine
   */
  record Candidate(String scheme, double seconds, PairedScore score, Optional<Latency> latency) {}

  /** Measures on a few samples of the search split. */
  static DoctorTime measure(
      Workbench bench, RunOptions options, PlanLowering lowering, KernelSurvey survey) {
    SampleSet few = subset(bench, options, FIRST_LOOK);
    byte[] model = bench.network().originalModel();
    double first = new Run(bench.evaluator(), model, few).seconds();
    boolean counts = bench.task().metric() instanceof CountMetric;
    int least = counts ? FIRST_LOOK : LEAST_FOR_STATISTICS;
    int affordable = (int) Math.max(least, Math.min(MOST_SAMPLES, MOST_SECONDS / first));
    SampleSet some = subset(bench, options, affordable);
    return new DoctorTime(
        new Run(bench.evaluator(), model, some).seconds(),
        survey.schemes().stream()
            .filter(use -> use.scheme().arithmetic().isInteger() && use.failure().isEmpty())
            .findFirst()
            .flatMap(use -> candidate(bench, lowering, use, some)));
  }

  private static Optional<Candidate> candidate(
      Workbench bench, PlanLowering lowering, KernelSurvey.SchemeUse use, SampleSet samples) {
    Plan plan = use.plan();
    byte[] model = lowering.lower(plan).model();
    Run run = new Run(Candidates.evaluator(bench, plan), model, samples);
    return run.outcome() instanceof Outcome.Scored scored
        ? Optional.of(
            new Candidate(use.scheme().id(), run.seconds(), scored.score(), latency(bench, model)))
        : Optional.empty();
  }

  private static Optional<Latency> latency(Workbench bench, byte[] model) {
    if (bench.target() instanceof ProfileTarget) {
      return Optional.empty();
    }
    try (Session candidate = bench.runtime().open(model, bench.threads());
        Session floatModel = bench.runtime().open(bench.task().model(), bench.threads())) {
      return Optional.of(
          bench
              .timing()
              .hold(
                  () ->
                      new HostTimer(TIMING)
                          .time(candidate, floatModel, bench.deploymentInputs())
                          .latency()));
    }
  }

  private static SampleSet subset(Workbench bench, RunOptions options, int most) {
    return bench.data().search().subset(most, new Random(options.seed));
  }

  /** One scoring, after the float model has answered. */
  private static final class Run {
    private final double seconds;
    private final Outcome outcome;

    Run(AccuracyEvaluator evaluator, byte[] model, SampleSet samples) {
      evaluator.reference(samples);
      long start = System.nanoTime();
      outcome = evaluator.score(model, samples);
      seconds = (System.nanoTime() - start) / 1e9 / samples.size();
    }

    /** Wall-clock seconds of one sample, its part of opening the model included. */
    double seconds() {
      return seconds;
    }

    Outcome outcome() {
      return outcome;
    }
  }

  /** The plan with 8 bits on a few samples. */
  Optional<PairedScore> eightBits() {
    return candidate.map(Candidate::score);
  }

  /** In words, for a number of workers. */
  List<String> lines(Workbench bench, int workers, KernelSurvey survey) {
    int samples = bench.data().search().size();
    String sample =
        String.format(
            Locale.ROOT,
            "Time per sample, one thread: float %.3g ms%s",
            1e3 * floatSeconds,
            candidate
                .map(c -> String.format(Locale.ROOT, ", %s %.3g ms", c.scheme(), 1e3 * c.seconds()))
                .orElse(""));
    double one = candidate.map(Candidate::seconds).orElse(floatSeconds);
    double each = samples * one;
    long entries = widths(survey);
    int analysed = Math.min(samples, SensitivityStep.most(bench));
    List<String> lines = new ArrayList<>(List.of(sample));
    candidate.flatMap(DoctorTime::latencyLine).ifPresent(lines::add);
    lines.addAll(
        List.of(
            String.format(
                Locale.ROOT,
                "A candidate on the %d samples to search on takes about %s; %d workers score about %.0f"
                    + " an hour.",
                samples,
                text(each),
                workers,
                workers * 3600 / each),
            String.format(
                Locale.ROOT,
                "Before the search: rounding, and %d layers and widths on %d samples, about %s.",
                entries,
                analysed,
                text(entries * analysed * one / workers))));
    return lines;
  }

  /** Menus hold one implementation of each width. */
  private static long widths(KernelSurvey survey) {
    Set<List<Integer>> widths = new HashSet<>();
    for (KernelSurvey.SchemeUse use : survey.schemes()) {
      for (int layer = 0; layer < use.plan().size(); layer++) {
        if (use.plan().scheme(layer) == use.scheme()) {
          widths.add(List.of(layer, use.scheme().weightBits()));
        }
      }
    }
    return widths.size();
  }

  private static Optional<String> latencyLine(Candidate candidate) {
    return candidate
        .latency()
        .map(
            latency ->
                String.format(
                    Locale.ROOT,
                    "One inference at the deployment shape, timed in turn with float: %s everywhere"
                        + " takes %.3f of its time (+-%.1f %%)",
                    candidate.scheme(),
                    latency.ratio(),
                    100 * latency.relativeError()));
  }

  private static String text(double seconds) {
    return seconds < 10
        ? String.format(Locale.ROOT, "%.2g s", seconds)
        : Console.text(Duration.ofMillis((long) (1000 * seconds)));
  }
}
