package dev.mixtune.cli;

import dev.mixtune.engine.PairedScore;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.evaluators.CountMetric;
import dev.mixtune.evaluators.Outcome;
import dev.mixtune.evaluators.Sensitivity;
import dev.mixtune.evaluators.SensitivityFile;
import dev.mixtune.results.SplitIndices;
import dev.mixtune.search.Evaluation;
import dev.mixtune.search.Frontier;
import dev.mixtune.search.GeneticSearch;
import dev.mixtune.search.Menu;
import dev.mixtune.search.Progress;
import dev.mixtune.search.ReferencePoint;
import dev.mixtune.search.SearchResult;
import dev.mixtune.search.SearchSettings;
import dev.mixtune.search.SearchSpace;
import dev.mixtune.search.UniformPlans;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The steps of a study: sensitivity, search, verdict, publication. */
final class StudyPhases {
  private static final Logger LOG = LoggerFactory.getLogger(StudyPhases.class);

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
    SearchResult search = search(sensitivity, corner);
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
    return finding.exitCode();
  }

  private Finding verdict(SearchResult search, double reference) {
    Holdout holdout = new Holdout(context);
    Verdict verdict = new Verdict(context.options(), holdout, reference);
    try {
      return withUniforms(verdict.find(search, deadline.isInterrupted()), holdout);
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
    double limit =
        context.options().limit().map(drop -> drop.absolute(reference)).orElse(USUAL_LIMIT);
    return new ReferencePoint(Math.min(1, LIMITS_IN_VIEW * limit), 1, bench.network().fileBytes());
  }

  private SearchResult search(Sensitivity sensitivity, ReferencePoint corner) {
    RunOptions options = context.options();
    int layers = bench.network().layers().size();
    Candidates candidates =
        new Candidates(bench, context.store(), context.latencies(), context.workers(), deadline);
    List<Menu> offered = costed(context.menus().menus(sensitivity), layers, candidates);
    SearchSpace space = SearchSpace.of(layers, offered);
    LOG.info("{} plans; struck out: {}", space.combinations(), space.struck());
    SearchSettings settings =
        SearchSettings.standard(options.seed, corner).withObjectives(options.objectiveSet());
    Optional<Integer> most = options.evaluationLimit();
    if (most.isPresent()) {
      settings = settings.withMaxEvaluations(most.get());
    }
    // However short the budget: uniform plans are scored, so that there is something to choose.
    candidates.evaluateWhateverTheBudget(List.copyOf(UniformPlans.of(space).values()));
    SearchResult found =
        new GeneticSearch(
                space,
                settings,
                context.warmStart(),
                candidates,
                candidates.whenCutShort(),
                progress -> show(progress, most))
            .run();
    return withEverythingRecorded(found);
  }

  /** What earlier runs of the study recorded counts too, wherever this run's path led. */
  private SearchResult withEverythingRecorded(SearchResult found) {
    Map<Plan, Evaluation> all = new LinkedHashMap<>();
    found.evaluations().forEach(e -> all.put(e.plan(), e));
    context.store().evaluations().forEach(e -> all.putIfAbsent(e.plan(), e));
    return new SearchResult(
        List.copyOf(all.values()),
        Frontier.of(all.values(), found.dominance()),
        found.dominance(),
        found.uniforms(),
        found.history(),
        found.ending());
  }

  /**
   * Adds what one group's change costs in time, in the context of the 8-bit plan: boundaries
   * between precisions then count as they will.
   */
  private List<Menu> costed(List<Menu> offered, int layers, Candidates candidates) {
    Plan base =
        UniformPlans.of(SearchSpace.of(layers, offered))
            .getOrDefault(8, Plan.uniform(layers, Scheme.F32));
    double otherwise = candidates.millis(base, context.latencies().floatMillis());
    List<Menu> costed = new ArrayList<>();
    for (Menu menu : offered) {
      costed.add(menu.costed(plan -> candidates.millis(plan, otherwise), base));
      context
          .console()
          .progress("kernels", (double) costed.size() / offered.size(), null, menu.group());
    }
    return costed;
  }

  private void show(Progress progress, Optional<Integer> most) {
    memory.rememberElapsed(deadline.elapsed());
    double byCount = most.isPresent() ? (double) progress.evaluations() / most.get() : 0;
    double fraction = Math.min(0.99, Math.max(byCount, deadline.fraction()));
    boolean known = fraction > 0.01 && (most.isPresent() || deadline.left().isPresent());
    Duration left =
        known
            ? Duration.ofMillis((long) (deadline.elapsed().toMillis() / fraction * (1 - fraction)))
            : deadline.left().orElse(null);
    context
        .console()
        .progress(
            "search",
            fraction,
            left,
            String.format(
                Locale.ROOT,
                "%d candidates, %d on the frontier, hypervolume %.4f",
                progress.evaluations(),
                progress.frontierSize(),
                progress.hypervolume()));
  }

  /** Uniform plans are what a reviewer compares with: they get a holdout score too. */
  private Finding withUniforms(Finding finding, Holdout holdout) {
    if (deadline.isInterrupted()) {
      return finding;
    }
    Map<String, PairedScore> scores = new LinkedHashMap<>(finding.holdout());
    List<Plan> plans =
        finding.search().evaluations().stream()
            .filter(e -> !e.isFailed())
            .map(Evaluation::plan)
            .filter(finding.search().uniforms().values()::contains)
            .toList();
    for (Plan plan : plans) {
      if (holdout.score(plan, plans) instanceof Outcome.Scored scored) {
        scores.put(plan.id(), scored.score());
      }
    }
    return finding.withHoldout(scores);
  }
}
