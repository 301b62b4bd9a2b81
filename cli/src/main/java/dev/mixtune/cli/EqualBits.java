package dev.mixtune.cli;

import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.RankCorrelation;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.UserException;
import dev.mixtune.engine.fitting.FittingProgress;
import dev.mixtune.evaluators.SampleSet;
import dev.mixtune.evaluators.Sensitivity;
import dev.mixtune.evaluators.SensitivityAnalyser;
import dev.mixtune.results.AtomicFile;
import dev.mixtune.search.Evaluation;
import dev.mixtune.search.GeneticSearch;
import dev.mixtune.search.InContext;
import dev.mixtune.search.LeastDamage;
import dev.mixtune.search.LocalSearch;
import dev.mixtune.search.Menu;
import dev.mixtune.search.MenuEntry;
import dev.mixtune.search.Objective;
import dev.mixtune.search.ReferencePoint;
import dev.mixtune.search.SearchSettings;
import dev.mixtune.search.SearchSpace;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * {@code tune bench equal-bits}: plans of the same average width from a knapsack on isolated
 * sensitivities, from one on coefficients in context, from the product's search (as found, and
 * where further samples confirm it) and from thousands of direct evaluations, all judged by the
 * divergence of their outputs on samples that none of them saw.
 *
 * <p>The average width is that of the weights alone, so that limits mean the same for every network
 * and are met exactly; stored bits, with scales and tables, are told beside it.
 */
final class EqualBits {
  private static final double[] LIMITS = {2.5, 3.5, 4.5, 6};

  /** The search looks no further than so many times the isolated knapsack's divergence. */
  private static final double IN_VIEW = 1.5;

  /** Parts of the further samples that a gain must be seen in again and again. */
  private static final int FOLDS = 10;

  private final Surroundings around;
  private final EqualBitsOptions options;
  private final int images;

  EqualBits(Surroundings around, EqualBitsOptions options, int images) {
    this.around = around;
    this.options = options;
    this.images = images;
  }

  int run(@Nullable Path task, @Nullable Path json) {
    options.check();
    SearchBench.checkFolder(json);
    RunOptions runOptions = new RunOptions();
    runOptions.task = task;
    runOptions.maxDrop = "1%";
    runOptions.bits = "2,4,8";
    ExecutorService workers = Executors.newFixedThreadPool(runOptions.workerCount());
    try (Workbench bench = Workbench.open(runOptions, around)) {
      bench.calibrate(runOptions.workerCount(), workers, FittingProgress.silent());
      EqualBitsReport report = new Run(bench, runOptions, workers).report();
      around.out().print(report.text());
      if (json != null) {
        AtomicFile.write(json, report.json());
      }
      return ExitCodes.DONE;
    } catch (CancellationException e) {
      around.out().println("Stopped by the user.");
      return ExitCodes.STOPPED;
    } finally {
      workers.shutdownNow();
    }
  }

  /** One task. */
  private final class Run {
    private final Workbench bench;
    private final long seed;
    private final SampleSet seen;
    private final SampleSet unseen;
    private final int isolatedPlans;
    private final double isolatedSeconds;
    private final SearchSpace space;
    private final long weights;
    private final KlScores scores;
    private final KlScores judge;
    private final List<KlScores> folds;

    Run(Workbench bench, RunOptions runOptions, ExecutorService workers) {
      this.bench = bench;
      this.seed = runOptions.seed;
      SampleSet search = bench.data().search();
      SampleSet drawn = search.subset(Math.min(search.size(), 2 * images), new Random(seed));
      this.seen = every(2, 0, drawn);
      SampleSet further = every(2, 1, drawn);
      if (further.size() < FOLDS || seen.size() < FOLDS) {
        throw new UserException(
            "--images "
                + images
                + ": "
                + seen.size()
                + " samples to search on, and as many to confirm what was found, are too few",
            "Take at least " + FOLDS + ", of a search split of twice as many.");
      }
      this.unseen = bench.data().holdout().subset(options.unseen, new Random(seed));
      MenuBuilder menus = new MenuBuilder(bench, runOptions);
      bench.evaluator().reference(seen);
      long start = around.clock().millis();
      Sensitivity isolated =
          new SensitivityAnalyser(bench.evaluator(), seen, workers)
              .analyse(
                  bench.network().layers(),
                  menus::offered,
                  plan -> bench.lowering().lower(plan).model(),
                  List.of(),
                  around.interrupted()::get,
                  (entry, done, total) -> {});
      if (!isolated.complete()) {
        throw new CancellationException("stopped by the user");
      }
      this.isolatedSeconds = (around.clock().millis() - start) / 1e3;
      List<Menu> byWidth = byWidth(menus.menus(isolated));
      this.isolatedPlans = byWidth.stream().mapToInt(menu -> menu.entries().size()).sum();
      this.space = SearchSpace.of(bench.network().layers().size(), byWidth);
      this.weights = byWidth.stream().mapToLong(this::weights).sum();
      this.scores = new KlScores(bench, seen, this::width, workers, around.interrupted()::get);
      this.judge = new KlScores(bench, unseen, this::width, workers, around.interrupted()::get);
      this.folds =
          IntStream.range(0, FOLDS)
              .mapToObj(fold -> every(FOLDS, fold, further))
              .map(
                  part ->
                      new KlScores(bench, part, this::width, workers, around.interrupted()::get))
              .toList();
    }

    /** Every so manyth sample, from this position on: a source may be sorted by class. */
    private static SampleSet every(int step, int first, SampleSet samples) {
      return samples.inOrder(
          IntStream.iterate(first, i -> i < samples.size(), i -> i + step).toArray());
    }

    /** Menus in which an entry's bytes are the bits of its weights; layers that stay float go. */
    private List<Menu> byWidth(List<Menu> menus) {
      List<Menu> byWidth = new ArrayList<>();
      for (Menu menu : menus) {
        if (menu.entries().stream().noneMatch(entry -> entry.scheme() == Scheme.F32)) {
          byWidth.add(
              new Menu(
                  menu.group(),
                  menu.layerIndices(),
                  menu.entries().stream()
                      .map(
                          entry ->
                              new MenuEntry(
                                  entry.scheme(),
                                  entry.scheme().weightBits() * weights(menu),
                                  entry.damage(),
                                  0))
                      .toList()));
        }
      }
      if (byWidth.isEmpty()) {
        throw new UserException(
            "'" + bench.task().name() + "' has no layer that can be stored in 2, 4 or 8 bits",
            "Take another task.");
      }
      return byWidth;
    }

    /** Weights of a group; its layers share them. */
    private long weights(Menu menu) {
      Layer layer = bench.network().layers().get(menu.layerIndices().get(0));
      return layer.parameters();
    }

    /** Bits of a plan's weights; the plan need not lie in the space. */
    private long width(Plan plan) {
      return space.offered().stream()
          .mapToLong(menu -> plan.scheme(menu.layerIndices().get(0)).weightBits() * weights(menu))
          .sum();
    }

    EqualBitsReport report() {
      long start = around.clock().millis();
      List<Plan> path = InContext.path(space);
      InContext context =
          InContext.fitted(space, scores.evaluate(path))
              .orElseThrow(
                  () ->
                      new UserException(
                          "'" + bench.task().name() + "' has too few layers to fit anything",
                          "Take another task."));
      double contextSeconds = (around.clock().millis() - start) / 1e3;
      List<EqualBitsReport.Limit> limits = new ArrayList<>();
      for (double bits : LIMITS) {
        long most = (long) Math.floor(bits * weights);
        if (LeastDamage.within(space, most).isEmpty()) {
          say("no plan has %.1f bits or fewer", bits);
        } else {
          limits.add(limit(bits, most, context, path));
        }
      }
      return new EqualBitsReport(
          bench.task().name(),
          space.menus().size(),
          seen.size(),
          unseen.size(),
          new EqualBitsReport.Cost(isolatedPlans, path.size(), isolatedSeconds, contextSeconds),
          limits);
    }

    private EqualBitsReport.Limit limit(
        double bits, long most, InContext context, List<Plan> path) {
      Plan isolated = LeastDamage.within(space, most).orElseThrow();
      Plan inContext = LeastDamage.within(context.space(), most).orElse(isolated);
      int sensitivities = isolatedPlans + path.size();
      List<Evaluation> ours = search(most, isolated, options.evaluations - isolatedPlans);
      Plan searched = ours.isEmpty() ? isolated : best(ours, most).plan();
      say("%.1f bits: searched", bits);
      List<Evaluation> direct =
          new LocalSearch(space, most, scores, seed)
              .run(List.of(isolated, inContext), options.direct);
      say("%.1f bits: searched directly", bits);
      return new EqualBitsReport.Limit(
          bits,
          List.of(
              found(EqualBitsReport.ISOLATED, isolated, isolatedPlans),
              found(EqualBitsReport.CONTEXT, inContext, sensitivities),
              found(EqualBitsReport.OURS, searched, isolatedPlans + ours.size()),
              found(
                  EqualBitsReport.CONFIRMED,
                  confirmed(searched, isolated),
                  isolatedPlans + ours.size() + 2),
              found(EqualBitsReport.DIRECT, direct.get(0).plan(), direct.size())),
          rank(direct, evaluation -> LeastDamage.sum(space, evaluation.plan())),
          rank(direct, evaluation -> context.predict(evaluation.plan())));
    }

    private double inView(Plan isolated) {
      return Math.max(Double.MIN_NORMAL, IN_VIEW * scores.kl(isolated));
    }

    private List<Evaluation> search(long most, Plan isolated, int evaluations) {
      if (evaluations < 1) {
        return List.of();
      }
      SearchSettings settings =
          SearchSettings.standard(seed, new ReferencePoint(inView(isolated), 1, most + 1))
              .withObjectives(EnumSet.of(Objective.ACCURACY, Objective.SIZE))
              .withMaxEvaluations(evaluations);
      return new GeneticSearch(
              space, settings, List.of(isolated), scores, () -> false, progress -> {})
          .run()
          .evaluations();
    }

    private Evaluation best(List<Evaluation> evaluations, long most) {
      return evaluations.stream()
          .filter(evaluation -> space.contains(evaluation.plan()))
          .filter(evaluation -> width(evaluation.plan()) <= most)
          .min(Comparator.comparingDouble(KlScores::kl))
          .orElseThrow();
    }

    /**
     * The search's plan where samples that it was not chosen by say so too, else the knapsack's.
     * The least of hundreds of noisy means is less than it will be on other samples; divergences
     * have long tails, so few samples make much of a mean.
     */
    private Plan confirmed(Plan searched, Plan isolated) {
      double[] gains = new double[FOLDS];
      for (int fold = 0; fold < FOLDS; fold++) {
        List<Evaluation> both = folds.get(fold).evaluate(List.of(isolated, searched));
        if (both.get(0).score() == null) {
          return searched;
        }
        gains[fold] = KlScores.kl(both.get(0)) - KlScores.kl(both.get(1));
      }
      return SureGain.in(gains) ? searched : isolated;
    }

    private EqualBitsReport.Found found(String by, Plan plan, int evaluations) {
      return new EqualBitsReport.Found(
          by,
          evaluations,
          (double) width(plan) / weights,
          bench.lowering().lower(plan).storedWeightBits(),
          scores.kl(plan),
          judge.kl(plan),
          plan.key());
    }

    private double rank(List<Evaluation> evaluations, ToDoubleFunction<Evaluation> prediction) {
      return RankCorrelation.of(
          evaluations.stream()
              .map(e -> new double[] {prediction.applyAsDouble(e), KlScores.kl(e)})
              .toList());
    }

    private void say(String format, Object... values) {
      around.out().println(String.format(Locale.ROOT, format, values));
    }
  }
}
