package dev.mixtune.benchmarks;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.mixtune.results.AtomicFile;
import dev.mixtune.results.table.FullTableFile;
import dev.mixtune.results.table.VolumePlot;
import dev.mixtune.search.table.Benchmarked;
import dev.mixtune.search.table.CountedDamages;
import dev.mixtune.search.table.StandardInstances;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * All competitors on the standard instances: a Markdown table of medians and quartiles, the curves
 * as JSON, and for each instance a plot of hypervolume against evaluations.
 */
public final class SearchBenchmark {
  private static final List<Integer> BUDGETS = List.of(100, 300, 1000);
  private static final int CURVE_POINTS = 40;

  /** Drop of the real table beyond which nothing counts. */
  private static final double MOST_DROP = 0.03;

  private final Path folder;
  private final int seeds;

  private SearchBenchmark(Path folder, int seeds) {
    this.folder = folder;
    this.seeds = seeds;
  }

  /**
   * Runs everything on the calling thread.
   *
   * @param arguments the output folder, then optionally the number of seeds (11) and a part of the
   *     names of the instances to run (all), or {@code real} and the file of an exhaustive table
   */
  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]);
    int seeds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 11;
    String wanted = arguments.length > 2 ? arguments[2] : "";
    Files.createDirectories(folder);
    List<? extends Benchmarked> instances =
        wanted.equals("real")
            ? List.of(FullTableFile.read(Path.of(arguments[3])).table(MOST_DROP))
            : StandardInstances.all().stream()
                .filter(instance -> instance.shape().name().contains(wanted))
                .toList();
    new SearchBenchmark(folder, seeds).run(instances);
  }

  private void run(List<? extends Benchmarked> instances) {
    StringBuilder table = new StringBuilder();
    for (Benchmarked instance : instances) {
      List<Curve> curves = curves(instance);
      String part = table(instance.shape().name(), curves);
      System.out.print(part);
      table.append(part);
      write(instance.shape().name(), curves);
    }
    AtomicFile.write(folder.resolve("search-bench.md"), table.toString());
  }

  private List<Curve> curves(Benchmarked instance) {
    double best = instance.box().of(instance.bestKnownFront());
    List<Curve> curves = new ArrayList<>();
    for (Competitor competitor : Competitor.all()) {
      List<Integer> budgets = competitor.plansAhead() ? BUDGETS : List.of(largest());
      for (int budget : budgets) {
        for (long seed = 1; seed <= seeds; seed++) {
          CountedDamages damages = new CountedDamages(instance.shape(), instance, budget);
          try {
            competitor.run(damages, seed, instance);
          } catch (CountedDamages.Spent | Asking.Finished e) {
            // That is how most of them end.
          }
          curves.add(
              Curve.of(
                  competitor.name(),
                  budget,
                  seed,
                  damages.points(),
                  instance,
                  best,
                  counts(budget)));
        }
      }
    }
    return curves;
  }

  private static int largest() {
    return BUDGETS.get(BUDGETS.size() - 1);
  }

  private static List<Integer> counts(int budget) {
    List<Integer> counts = new ArrayList<>(BUDGETS.stream().filter(b -> b <= budget).toList());
    for (int k = 1; k <= CURVE_POINTS; k++) {
      counts.add(Math.max(1, budget * k / CURVE_POINTS));
    }
    return counts.stream().distinct().sorted().toList();
  }

  /** For each competitor and budget: median (lower quartile, upper quartile), in per cent. */
  private String table(String instance, List<Curve> curves) {
    StringBuilder text = new StringBuilder("\n### " + instance + "\n\n| search |");
    BUDGETS.forEach(budget -> text.append(' ').append(budget).append(" |"));
    text.append("\n|---|").append("---|".repeat(BUDGETS.size())).append('\n');
    for (Competitor competitor : Competitor.all()) {
      text.append("| ").append(competitor.name()).append(" |");
      for (int budget : BUDGETS) {
        double[] shares = shares(competitor, budget, curves);
        text.append(
            String.format(
                Locale.ROOT,
                " %.2f (%.2f, %.2f) |",
                100 * quantile(shares, 0.5),
                100 * quantile(shares, 0.25),
                100 * quantile(shares, 0.75)));
      }
      text.append('\n');
    }
    return text.toString();
  }

  private static double[] shares(Competitor competitor, int budget, List<Curve> curves) {
    return curves.stream()
        .filter(curve -> curve.competitor().equals(competitor.name()))
        .filter(curve -> curve.budget() == (competitor.plansAhead() ? budget : largest()))
        .mapToDouble(curve -> curve.shares().get(curve.at().indexOf(budget)))
        .sorted()
        .toArray();
  }

  private static double quantile(double[] sorted, double share) {
    return sorted[(int) Math.round(share * (sorted.length - 1))];
  }

  private void write(String instance, List<Curve> curves) {
    Map<String, double[][]> lines = new LinkedHashMap<>();
    for (Competitor competitor : Competitor.all()) {
      List<Curve> own =
          curves.stream()
              .filter(c -> c.competitor().equals(competitor.name()) && c.budget() == largest())
              .toList();
      List<Integer> at = own.get(0).at();
      double[][] line = new double[2][at.size()];
      for (int i = 0; i < at.size(); i++) {
        int index = i;
        line[0][i] = at.get(i);
        line[1][i] =
            quantile(own.stream().mapToDouble(c -> c.shares().get(index)).sorted().toArray(), 0.5);
      }
      lines.put(competitor.name(), line);
    }
    try {
      AtomicFile.write(
          folder.resolve(instance + ".json"),
          JsonMapper.builder()
              .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
              .build()
              .writeValueAsString(curves));
      AtomicFile.write(
          folder.resolve(instance + ".png"),
          VolumePlot.png(instance + ", median of " + seeds + " seeds", lines));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
