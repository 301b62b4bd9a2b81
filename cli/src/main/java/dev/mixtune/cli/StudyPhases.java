package dev.mixtune.cli;

import dev.mixtune.engine.PairedScore;
import dev.mixtune.evaluators.CountMetric;
import dev.mixtune.evaluators.Outcome;
import dev.mixtune.evaluators.Sensitivity;
import dev.mixtune.evaluators.SensitivityFile;
import dev.mixtune.results.SplitIndices;
import dev.mixtune.search.Evaluation;
import dev.mixtune.search.ReferencePoint;
import dev.mixtune.search.Rounding;
import dev.mixtune.search.SearchResult;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;

/** The steps of a study: sensitivity, search, verdict, publication. */
final class StudyPhases {
  /** The hypervolume looks a few limits far: beyond, nobody ships. */
  private static final int LIMITS_IN_VIEW = 5;

  private static final double USUAL_LIMIT = 0.01;

  /** Share of the search's time after which the analysis gives way to the search. */
  private static final double MOST_FOR_SENSITIVITY = 0.4;

  private final StudyContext context;
  private final Workbench bench;
  private final Deadline deadline;
  private final StudyMemory memory;

  StudyPhases(StudyContext context) {
    this.context = context;
    this.bench = context.bench();
    this.deadline = context.deadline();
    this.memory = context.memory();
  }

  /** Runs all steps; returns the exit code. */
  int run() {
    new SplitIndices(bench.data().splits().search(), bench.data().splits().holdout())
        .write(context.folder().splitsJson());
    double reference = bench.evaluator().reference(bench.data().search());
    say(
        "float: %s %s on the search split, %.3f ms",
        bench.task().metric().id(),
        ScoreWords.value(reference, bench.task().metric() instanceof CountMetric),
        context.latencies().floatMillis());
    Sensitivity sensitivity = sensitivity();
    ReferencePoint corner = corner(reference);
    SearchResult search = new SearchStep(context).run(sensitivity, corner, limit(reference));
    memory.rememberElapsed(deadline.elapsed());
    say(
        "search: %d candidates, %d on the frontier, ended by %s",
        search.evaluations().size(),
        search.frontier().size(),
        deadline.isInterrupted() ? "the user" : words(search.ending()));
    if (search.frontier().isEmpty() && deadline.isInterrupted()) {
      say("Stopped by the user before anything was scored; ./tune resume goes on.");
      return ExitCodes.STOPPED;
    }
    Finding finding = verdict(search, reference);
    new Publication(context).publish(finding, sensitivity, corner);
    return deadline.isInterrupted() ? ExitCodes.STOPPED : finding.exitCode();
  }

  private Finding verdict(SearchResult search, double reference) {
    Holdout holdout = new Holdout(context);
    Verdict verdict = new Verdict(context.options(), holdout, reference);
    try {
      return UniformRivals.settle(
          withUniforms(verdict.find(search, deadline.isInterrupted()), holdout));
    } catch (CancellationException e) {
      return verdict.find(search, /* interrupted= */ true);
    }
  }

  static String words(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private void say(String format, Object... values) {
    context.console().say(String.format(Locale.ROOT, format, values));
  }

  private Sensitivity sensitivity() {
    Optional<String> stored = context.store().document(StudyMemory.SENSITIVITY);
    List<Sensitivity.Entry> known =
        stored.map(json -> SensitivityFile.read(json).entries()).orElse(List.of());
    Sensitivity measured =
        new SensitivityStep(context)
            .measure(
                known, () -> deadline.requested() || deadline.fraction() > MOST_FOR_SENSITIVITY);
    if (!measured.complete()) {
      say(
          "sensitivity: only a part was measured, the budget is short; the rest is estimated by"
              + " the median of the other layers");
    }
    context.store().putDocument(StudyMemory.SENSITIVITY, SensitivityFile.write(measured));
    new StudyFiles(context.folder()).writeSensitivity(measured, SensitivityStep.names(bench));
    return measured;
  }

  private ReferencePoint corner(double reference) {
    return new ReferencePoint(
        Math.min(1, LIMITS_IN_VIEW * limit(reference)), 1, bench.network().fileBytes());
  }

  private double limit(double reference) {
    return context.options().limit().map(drop -> drop.absolute(reference)).orElse(USUAL_LIMIT);
  }

  /** Uniform plans are what a reviewer compares with: they get a holdout score too. */
  private Finding withUniforms(Finding finding, Holdout holdout) {
    if (deadline.isInterrupted()) {
      return finding;
    }
    Map<String, PairedScore> scores = new LinkedHashMap<>(finding.holdout());
    List<Evaluation> plans =
        finding.search().evaluations().stream()
            .filter(e -> !e.isFailed() && e.rounding() == Rounding.LIBRARY)
            .filter(e -> finding.search().uniforms().containsValue(e.plan()))
            .toList();
    for (Evaluation plan : plans) {
      if (holdout.score(plan, plans) instanceof Outcome.Scored scored) {
        scores.put(plan.id(), scored.score());
      }
    }
    return finding.withHoldout(scores);
  }
}
