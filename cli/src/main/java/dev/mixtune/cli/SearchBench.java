package dev.mixtune.cli;

import dev.mixtune.engine.UserException;
import dev.mixtune.results.AtomicFile;
import dev.mixtune.results.table.FullTableFile;
import dev.mixtune.results.table.TableJson;
import dev.mixtune.results.table.TableResult;
import dev.mixtune.results.table.TableRun;
import dev.mixtune.search.table.Benchmarked;
import dev.mixtune.search.table.CountedDamages;
import dev.mixtune.search.table.DamageOracle;
import dev.mixtune.search.table.FrontVolume;
import dev.mixtune.search.table.FullTable;
import dev.mixtune.search.table.StandardInstances;
import dev.mixtune.search.table.TableInstance;
import dev.mixtune.search.table.TablePoint;
import dev.mixtune.search.table.TableSearch;
import dev.mixtune.search.table.TableShape;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * {@code tune bench search}: the product's search on table instances, several seeds each. Damages
 * are had only by evaluating whole plans, and each unique one counts.
 */
final class SearchBench {
  /** Drop of the real table beyond which nothing counts. */
  private static final double MOST_DROP = 0.03;

  /** Limits on cost at which the best plan is looked for, as shares of the range of costs. */
  private static final double[] LIMITS = {0.1, 0.3, 0.5, 0.7, 0.9};

  private final Surroundings around;

  SearchBench(Surroundings around) {
    this.around = around;
  }

  int run(SearchBenchOptions options) {
    options.check();
    checkFolder(options.json);
    List<TableInstance> instances =
        options.instances.isEmpty() && options.table == null
            ? StandardInstances.all()
            : options.instances.stream().map(TableJson::read).toList();
    Optional<FullTable> real =
        Optional.ofNullable(options.table).map(file -> FullTableFile.read(file).table(MOST_DROP));
    print(
        "%-28s %6s %12s %8s  %-22s %s%n",
        "instance",
        "seeds",
        "evaluations",
        "front",
        "of best front (least)",
        "runs with the optimum at 10,30,50,70,90 % of the costs");
    List<TableResult> results = new ArrayList<>();
    if (options.oracle != null) {
      results.add(foreign(options, options.oracle));
    } else {
      real.ifPresent(table -> results.add(real(table, options)));
      for (TableInstance instance : instances) {
        results.add(known(instance, options));
      }
    }
    if (options.json != null) {
      AtomicFile.write(options.json, TableJson.write(results));
    }
    return ExitCodes.DONE;
  }

  /** Fails now rather than after the work when {@code --json} could not be written. */
  static void checkFolder(@Nullable Path json) {
    Path folder = json == null ? null : json.toAbsolutePath().getParent();
    if (folder != null && !Files.isDirectory(folder)) {
      throw new UserException(
          "--json '" + json + "': there is no folder '" + folder + "'", "Make it first.");
    }
  }

  /** A network of which every plan is known; the search is told the drop that still counts. */
  private TableResult real(FullTable table, SearchBenchOptions options) {
    List<TableRun> runs = new ArrayList<>();
    for (int seed = 1; seed <= options.seeds; seed++) {
      CountedDamages damages = new CountedDamages(table.shape(), table, options.maxEvaluations);
      TableSearch.run(damages, seed, OptionalDouble.of(MOST_DROP));
      runs.add(new TableRun(seed, damages.count(), TablePoint.front(damages.points())));
    }
    return result(table.shape(), options, runs, share(table, runs));
  }

  /**
   * The median and the least share of the best front's hypervolume, and how many runs found the
   * best plan known at each limit on cost. Fronts are chosen by the answers, judged by the truth.
   */
  private static String share(Benchmarked instance, List<TableRun> runs) {
    FrontVolume box = instance.box();
    List<TablePoint> best = instance.bestKnownFront();
    List<List<TablePoint>> fronts =
        runs.stream()
            .map(run -> run.front().stream().map(point -> judged(point, instance)).toList())
            .toList();
    double[] shares =
        fronts.stream().mapToDouble(front -> box.of(front) / box.of(best)).sorted().toArray();
    List<String> optima = new ArrayList<>();
    for (double share : LIMITS) {
      double limit = box.idealCost() + share * (box.referenceCost() - box.idealCost());
      double least = least(best, limit) * (1 + 1e-9) + 1e-12;
      optima.add(Long.toString(fronts.stream().filter(f -> least(f, limit) <= least).count()));
    }
    return String.format(
        Locale.ROOT,
        "%.4f %% (%.4f)  %s",
        100 * shares[shares.length / 2],
        100 * shares[0],
        String.join(",", optima));
  }

  private static double least(List<TablePoint> front, double limit) {
    return front.stream()
        .filter(point -> point.cost() <= limit)
        .mapToDouble(TablePoint::damage)
        .min()
        .orElse(Double.POSITIVE_INFINITY);
  }

  private static TablePoint judged(TablePoint point, Benchmarked instance) {
    int[] plan = point.plan().stream().mapToInt(Integer::intValue).toArray();
    return new TablePoint(point.plan(), point.cost(), instance.trueDamage(plan));
  }

  private TableResult known(TableInstance instance, SearchBenchOptions options) {
    List<TableRun> runs = new ArrayList<>();
    for (int seed = 1; seed <= options.seeds; seed++) {
      runs.add(run(instance.shape(), instance, seed, options.maxEvaluations));
    }
    return result(instance.shape(), options, runs, share(instance, runs));
  }

  /** The oracle is started anew for each seed, so that it may count and keep state per run. */
  private TableResult foreign(SearchBenchOptions options, String command) {
    List<TableRun> runs = new ArrayList<>();
    @Nullable TableShape shape = null;
    for (int seed = 1; seed <= options.seeds; seed++) {
      try (ForeignOracle oracle = ForeignOracle.start(command)) {
        shape = oracle.shape();
        runs.add(run(shape, oracle, seed, options.maxEvaluations));
      }
    }
    if (shape == null) {
      throw new IllegalStateException("there is at least one seed");
    }
    return result(shape, options, runs, "not known");
  }

  private static TableRun run(TableShape shape, DamageOracle oracle, long seed, int most) {
    CountedDamages damages = new CountedDamages(shape, oracle, most);
    TableSearch.run(damages, seed);
    return new TableRun(seed, damages.count(), TablePoint.front(damages.points()));
  }

  private TableResult result(
      TableShape shape, SearchBenchOptions options, List<TableRun> runs, String share) {
    int[] evaluations = runs.stream().mapToInt(TableRun::evaluations).sorted().toArray();
    int[] points = runs.stream().mapToInt(run -> run.front().size()).sorted().toArray();
    print(
        "%-28s %6d %12d %8d  %s%n",
        shape.name(),
        runs.size(),
        evaluations[evaluations.length / 2],
        points[points.length / 2],
        share);
    return new TableResult(shape.name(), options.maxEvaluations, runs);
  }

  private void print(String format, Object... values) {
    around.out().printf(Locale.ROOT, format, values);
  }
}
