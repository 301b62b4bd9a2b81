package dev.mixtune.cli;

import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.RankCorrelation;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.fitting.FittingProgress;
import dev.mixtune.evaluators.Curvature;
import dev.mixtune.evaluators.DamageAnalyser;
import dev.mixtune.evaluators.FisherDamage;
import dev.mixtune.evaluators.HessianDamage;
import dev.mixtune.evaluators.KlDamage;
import dev.mixtune.evaluators.SampleSet;
import dev.mixtune.evaluators.Sensitivity;
import dev.mixtune.evaluators.SensitivityAnalyser;
import dev.mixtune.evaluators.SqnrDamage;
import dev.mixtune.evaluators.WeightErrors;
import dev.mixtune.search.Evaluation;
import dev.mixtune.search.Menu;
import dev.mixtune.search.MenuEntry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * {@code tune bench sensitivity}: how well each analyser's damages, summed over the layers, rank
 * random plans by the divergence of their answers on samples that no analyser saw, and how long it
 * takes. In each plan every layer takes one of its widths of 2, 4 and 8 bits, all equally likely.
 */
final class SensitivityBench {
  private final Surroundings around;
  private final int images;
  private final int plans;
  private final EqualBitsOptions unseen;

  /**
   * @param images samples that analysers may look at
   * @param plans random ones
   * @param unseen how many samples judge them
   */
  SensitivityBench(Surroundings around, int images, int plans, EqualBitsOptions unseen) {
    this.around = around;
    this.images = images;
    this.plans = plans;
    this.unseen = unseen;
  }

  int run(@Nullable Path task) {
    unseen.check();
    RunOptions options = new RunOptions();
    options.task = task;
    options.bits = "2,4,8";
    ExecutorService workers = Executors.newFixedThreadPool(options.workerCount());
    try (Workbench bench = Workbench.open(options, around)) {
      Map<SensitivityMethod, Timed<Curvature>> curvatures = new LinkedHashMap<>();
      for (SensitivityMethod method : SensitivityMethod.values()) {
        if (method.needsGradients()) {
          curvatures.put(
              method, timed(() -> new GradientProcess(around, options).curvature(method, images)));
        }
      }
      bench.calibrate(options.workerCount(), workers, FittingProgress.silent());
      new Run(bench, options, workers).report(curvatures);
      return ExitCodes.DONE;
    } catch (CancellationException e) {
      around.out().println("Stopped by the user.");
      return ExitCodes.STOPPED;
    } finally {
      workers.shutdownNow();
    }
  }

  private record Timed<T>(T value, double seconds) {}

  private <T> Timed<T> timed(Supplier<T> work) {
    long start = around.clock().millis();
    T value = work.get();
    return new Timed<>(value, (around.clock().millis() - start) / 1e3);
  }

  /** One task whose weights are rounded. */
  private final class Run {
    private final Workbench bench;
    private final long seed;
    private final ExecutorService workers;
    private final MenuBuilder menus;

    Run(Workbench bench, RunOptions options, ExecutorService workers) {
      this.bench = bench;
      this.seed = options.seed;
      this.workers = workers;
      this.menus = new MenuBuilder(bench, options);
    }

    void report(Map<SensitivityMethod, Timed<Curvature>> curvatures) {
      SampleSet seen = bench.data().search().subset(images, new Random(seed));
      SampleSet judges = bench.data().holdout().subset(unseen.unseen, new Random(seed));
      bench.evaluator().reference(seen);
      Timed<Sensitivity> measured = timed(() -> measured(seen));
      List<Menu> offered = menus.menus(measured.value());
      KlScores scores = new KlScores(bench, judges, plan -> 0, workers, around.interrupted()::get);
      List<Evaluation> joint =
          scores.evaluate(randomPlans(offered)).stream().filter(e -> !e.isFailed()).toList();
      say(
          "%s: %d layers, %d random plans judged on %d unseen samples, sensitivities from %d",
          bench.task().name(),
          bench.network().layers().size(),
          joint.size(),
          judges.size(),
          seen.size());
      TextTable table = new TextTable(0);
      table.add("sensitivity", "rank correlation", "seconds");
      row(table, SensitivityMethod.KL, new KlDamage(measured.value()), measured.seconds(), joint);
      row(
          table,
          SensitivityMethod.SQNR,
          new SqnrDamage(measured.value()),
          measured.seconds(),
          joint);
      WeightErrors errors = new RoundingErrors(bench);
      curvatures.forEach(
          (method, curvature) ->
              row(
                  table,
                  method,
                  method == SensitivityMethod.FISHER
                      ? new FisherDamage(curvature.value(), errors)
                      : new HessianDamage(curvature.value(), errors),
                  curvature.seconds(),
                  joint));
      around.out().print(table);
    }

    private Sensitivity measured(SampleSet seen) {
      Sensitivity measured =
          new SensitivityAnalyser(bench.evaluator(), seen, workers)
              .analyse(
                  bench.network().layers(),
                  menus::offered,
                  plan -> bench.lowering().lower(plan).model(),
                  List.of(),
                  around.interrupted()::get,
                  (entry, done, total) -> {});
      if (!measured.complete()) {
        throw new CancellationException("stopped by the user");
      }
      return measured;
    }

    private List<Plan> randomPlans(List<Menu> offered) {
      Random random = new Random(seed);
      Set<Plan> drawn = new LinkedHashSet<>();
      // Small networks have fewer plans than are asked for.
      for (int i = 0; i < 10 * plans && drawn.size() < plans; i++) {
        Plan plan = Plan.uniform(bench.network().layers().size(), Scheme.F32);
        for (Menu menu : offered) {
          MenuEntry entry = menu.entries().get(random.nextInt(menu.entries().size()));
          for (int layer : menu.layerIndices()) {
            plan = plan.with(layer, entry.scheme());
          }
        }
        drawn.add(plan);
      }
      return new ArrayList<>(drawn);
    }

    private void row(
        TextTable table,
        SensitivityMethod method,
        DamageAnalyser analyser,
        double seconds,
        List<Evaluation> joint) {
      Map<String, Double> known = new LinkedHashMap<>();
      List<double[]> pairs = new ArrayList<>();
      for (Evaluation evaluation : joint) {
        double sum = 0;
        Set<String> groups = new LinkedHashSet<>();
        for (Layer layer : bench.network().layers()) {
          Scheme scheme = evaluation.plan().scheme(layer.index());
          if (scheme != Scheme.F32 && groups.add(layer.group())) {
            sum +=
                known.computeIfAbsent(
                    layer.index() + " " + scheme, key -> analyser.damage(layer, scheme).orElse(0));
          }
        }
        pairs.add(new double[] {sum, KlScores.kl(evaluation)});
      }
      table.add(
          method.id(),
          String.format(Locale.ROOT, "%.3f", RankCorrelation.of(pairs)),
          String.format(Locale.ROOT, "%.1f", seconds));
    }

    private void say(String format, Object... values) {
      around.out().println(String.format(Locale.ROOT, format, values));
    }
  }
}
