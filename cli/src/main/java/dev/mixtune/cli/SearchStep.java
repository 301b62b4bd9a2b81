package dev.mixtune.cli;

import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.evaluators.SampleSet;
import dev.mixtune.evaluators.Sensitivity;
import dev.mixtune.search.Ending;
import dev.mixtune.search.Evaluation;
import dev.mixtune.search.Frontier;
import dev.mixtune.search.GeneticSearch;
import dev.mixtune.search.Menu;
import dev.mixtune.search.Progress;
import dev.mixtune.search.ReferencePoint;
import dev.mixtune.search.Rounding;
import dev.mixtune.search.SearchResult;
import dev.mixtune.search.SearchSettings;
import dev.mixtune.search.SearchSpace;
import dev.mixtune.search.UniformPlans;
import dev.mixtune.search.WideEnds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Searches, then rounds the best plans again in their own context. */
final class SearchStep {
  private static final Logger LOG = LoggerFactory.getLogger(SearchStep.class);

  /** Of the search's time, what rounding in context may take. */
  private static final double SHARE_IN_CONTEXT = 0.25;

  /** Of the search's time, what is not worth another turn. */
  private static final double TOO_LITTLE = 0.05;

  /** One in so many evaluations is one in context, where their number is what is limited. */
  private static final int EVALUATIONS_PER_PLAN = 8;

  /** Plans rounded in context where no time is set. */
  private static final int USUAL_PLANS = 12;

  /** Plans that the certificate usually looks at before it stops, and those it is compared with. */
  private static final int TESTED_PLANS = 12;

  private static final int UNIFORM_PLANS = 4;

  /** The chosen file is scored again, then it and the float model class by class. */
  private static final int PASSES_OF_CHOSEN = 3;

  /** What one takes to start, open a model and end. */
  private static final double SECONDS_OF_PROCESS = 0.8;

  /** What timing a plan again alone takes, opening its session included. */
  private static final double SECONDS_OF_TIMING = 0.5;

  /** Plots and pages, at least. */
  private static final Duration WRITING = Duration.ofSeconds(5);

  /** The part of the free space that files of plans rounded in context may take: a quarter. */
  private static final int SHARE_OF_SPACE = 4;

  private final StudyContext context;
  private final Workbench bench;
  private final Deadline deadline;
  private final Optional<Integer> most;
  private final int recordedBefore;
  private @Nullable LiveReport live;
  private double limit = Double.NaN;

  SearchStep(StudyContext context) {
    this.context = context;
    this.bench = context.bench();
    this.deadline = context.deadline();
    this.most = context.options().evaluationLimit();
    this.recordedBefore = context.store().countRecorded();
  }

  /**
   * Searches until a limit is met.
   *
   * @param limit the drop around which plans matter, a fraction
   */
  SearchResult run(Sensitivity sensitivity, ReferencePoint corner, double limit) {
    this.limit = limit;
    new TimingStep(context).run();
    int layers = bench.network().layers().size();
    List<Menu> offered =
        costed(context.menus().menus(sensitivity), layers, new PlanTimes(context, new Stopwatch()));
    boolean inContext = RefinementOrder.canHelp(offered);
    SearchSpace space = SearchSpace.of(layers, offered);
    live = new LiveReport(context, sensitivity, corner, UniformPlans.of(space));
    LOG.info("{} plans; struck out: {}", space.combinations(), space.struck());
    int setAside = inContext ? plansInContext() : 0;
    SearchSettings settings = settings(corner, setAside);
    List<Plan> wideEnds = setAside > 0 ? WideEnds.of(space) : List.of();
    while (true) {
      double left = 1 - deadline.fraction();
      double until = inContext ? 1 - SHARE_IN_CONTEXT * left : 1;
      Candidates candidates = new Candidates(context, deadline.atShare(until));
      SearchResult found = search(space, settings, wideEnds, candidates);
      if (inContext) {
        new Refinement(context, candidates)
            .run(
                RefinementOrder.of(
                    worthRounding(found, wideEnds), limit, Limits.of(context.options())::areMetBy),
                plansInContext());
      }
      // When all of the frontier was rounded in less time than was set aside, the search goes on.
      if (!inContext
          || found.ending() != Ending.BUDGET
          || deadline.requested()
          || 1 - deadline.fraction() < TOO_LITTLE) {
        SearchResult timed = withEverythingTimed(found, candidates);
        context.outlook().searched(afterwards(timed.frontier().size()));
        return timed;
      }
    }
  }

  /**
   * How many plans are rounded in context at most. By count they are a part of the evaluations
   * allowed, so that the same ones are taken however fast the machine is.
   */
  private int plansInContext() {
    if (most.isPresent()) {
      return Math.min(USUAL_PLANS, most.get() / EVALUATIONS_PER_PLAN);
    }
    return deadline.left().isPresent() ? filesThatFit() : USUAL_PLANS;
  }

  /** Each plan's file stays in the study's folder, which must not fill the disk in a long night. */
  private int filesThatFit() {
    long recorded =
        context.store().evaluations().stream()
            .filter(e -> e.rounding() == Rounding.CONTEXT)
            .count();
    int files =
        filesThatFit(
            context.folder().root().toFile().getUsableSpace(), bench.network().fileBytes());
    int plans = (int) Math.min(Integer.MAX_VALUE, recorded + files);
    LOG.info("at most {} plans in context: {} more files fit in the study's folder", plans, files);
    return plans;
  }

  /**
   * Files that a quarter of the free space holds.
   *
   * @param freeBytes of the store that the study's folder is on
   * @param fileBytes of the float model: no file of a plan is much larger
   */
  static int filesThatFit(long freeBytes, long fileBytes) {
    return (int) Math.min(Integer.MAX_VALUE, freeBytes / SHARE_OF_SPACE / fileBytes);
  }

  private SearchSettings settings(ReferencePoint corner, int setAside) {
    RunOptions options = context.options();
    SearchSettings settings =
        SearchSettings.standard(options.seed, corner).withObjectives(options.objectiveSet());
    return most.isPresent() ? settings.withMaxEvaluations(most.get() - setAside) : settings;
  }

  /** The frontier, and what only its own context can bring there. */
  private static List<Evaluation> worthRounding(SearchResult found, List<Plan> wideEnds) {
    List<Evaluation> worth = new ArrayList<>(found.frontier());
    found.evaluations().stream()
        .filter(e -> wideEnds.contains(e.plan()) && !worth.contains(e))
        .forEach(worth::add);
    return worth;
  }

  private SearchResult search(
      SearchSpace space, SearchSettings settings, List<Plan> wideEnds, Candidates candidates) {
    List<Plan> begin = new ArrayList<>(context.warmStart());
    begin.addAll(wideEnds);
    // However short the budget: uniform plans are scored, so that there is something to choose.
    List<Plan> whole = new ArrayList<>(UniformPlans.of(space).values());
    if (!deadline.requested()) {
      whole.addAll(wideEnds);
    }
    candidates.evaluateWhateverTheBudget(whole);
    GeneticSearch search =
        new GeneticSearch(
            space, settings, begin, candidates, candidates.whenCutShort(), this::show);
    return context.meter().measure(bench::sessions, candidates::busyNanos, search::run);
  }

  private record Key(Plan plan, Rounding rounding) {
    static Key of(Evaluation evaluation) {
      return new Key(evaluation.plan(), evaluation.rounding());
    }
  }

  /**
   * On the host the frontier is made of measured times, of all plans that were ever scored: only
   * what cannot be timed keeps its prediction, and what a user's stop left.
   */
  private SearchResult withEverythingTimed(SearchResult found, Candidates candidates) {
    SearchResult all = withEverythingRecorded(found, candidates);
    List<Evaluation> evaluations =
        new SettledTimes(context, candidates.times()).of(all.evaluations(), all.dominance());
    return new SearchResult(
        evaluations,
        Frontier.of(evaluations, all.dominance()),
        all.dominance(),
        all.uniforms(),
        all.history(),
        all.ending());
  }

  /** What earlier runs of the study recorded counts too, wherever this run's path led. */
  private SearchResult withEverythingRecorded(SearchResult found, Candidates candidates) {
    Map<Key, Evaluation> all = new LinkedHashMap<>();
    candidates.times().asSearched(found.evaluations()).forEach(e -> all.put(Key.of(e), e));
    context.store().evaluations().forEach(e -> all.putIfAbsent(Key.of(e), e));
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
  private List<Menu> costed(List<Menu> offered, int layers, PlanTimes times) {
    Plan base =
        UniformPlans.of(SearchSpace.of(layers, offered))
            .getOrDefault(8, Plan.uniform(layers, Scheme.F32));
    double otherwise = times.millis(base, context.latencies().floatMillis());
    MenuCosts costs =
        new MenuCosts(bench.network().layers(), plan -> times.millis(plan, otherwise), base);
    List<Menu> costed = new ArrayList<>();
    for (Menu menu : offered) {
      costed.add(costs.costed(menu));
      context
          .console()
          .progress("kernels", (double) costed.size() / offered.size(), null, menu.group());
    }
    return costed;
  }

  private void show(Progress progress) {
    context.memory().rememberElapsed(deadline.elapsed());
    double byCount = most.isPresent() ? (double) progress.evaluations() / most.get() : 0;
    double fraction = Math.min(0.99, Math.max(byCount, deadline.fraction()));
    Integer toCome = most.map(count -> Math.max(0, count - progress.evaluations())).orElse(null);
    context
        .outlook()
        .searching(
            context.store().countRecorded() - recordedBefore,
            toCome,
            afterwards(progress.frontierSize()));
    Duration left = context.outlook().left().orElse(null);
    SearchFigures figures = figures(progress);
    context.console().search(figures);
    context.console().progress("search", fraction, left, words(figures));
    if (left != null) {
      LOG.info("after {} s: {} s left", deadline.elapsed().toSeconds(), left.toSeconds());
    }
    if (live != null) {
      live.refresh();
    }
  }

  /**
   * At the pace of the whole-split scores so far: holdout scores of some plans and of the uniform
   * ones side by side, then the chosen file's own passes one by one; on the host a timing of each
   * point and a process for its memory; and what writing takes.
   */
  private Duration afterwards(int frontier) {
    double whole = context.store().averageWallSeconds();
    double samples = bench.data().search().size();
    double ratio = bench.data().holdout().size() / samples;
    int further = context.robustness().stream().mapToInt(SampleSet::size).sum();
    int together = context.options().workerCount();
    double plans = (double) (Math.min(frontier, TESTED_PLANS) + UNIFORM_PLANS) / together;
    double seconds = whole * (ratio * (plans + PASSES_OF_CHOSEN) + 2 * further / samples);
    if (context.latencies() instanceof HostLatency) {
      seconds += SECONDS_OF_TIMING * frontier;
      seconds += SECONDS_OF_PROCESS * (frontier + UNIFORM_PLANS + 1) / together;
    }
    return Duration.ofMillis((long) (1000 * seconds)).plus(WRITING);
  }

  private SearchFigures figures(Progress progress) {
    return new SearchFigures(
        progress.evaluations(),
        context.outlook().perSecond(),
        progress.frontierSize(),
        progress.hypervolume(),
        best());
  }

  private SearchFigures.@Nullable Best best() {
    return context.store().evaluations().stream()
        .filter(e -> !e.isFailed() && Limits.of(context.options()).areMetBy(e))
        .filter(e -> e.score() != null && e.score().dropHigh() <= limit)
        .min(Comparator.comparingDouble(e -> Choice.latency(e).ratio()))
        .map(
            e ->
                new SearchFigures.Best(
                    e.id(),
                    Choice.latency(e).ratio(),
                    e.sizeBytes(),
                    Choice.score(e).drop(),
                    Choice.score(e).dropHigh()))
        .orElse(null);
  }

  /** What stands beside the bar. */
  private static String words(SearchFigures figures) {
    SearchFigures.Best best = figures.best();
    return String.format(
        Locale.ROOT,
        "%d plans, %.1f/s, frontier %d, hypervolume %.4f%s",
        figures.evaluations(),
        figures.perSecond(),
        figures.frontier(),
        figures.hypervolume(),
        best == null
            ? ""
            : String.format(
                Locale.ROOT,
                ", best %.0f kB %.3fx",
                best.sizeBytes() / 1000.0,
                best.latencyRatio()));
  }
}
