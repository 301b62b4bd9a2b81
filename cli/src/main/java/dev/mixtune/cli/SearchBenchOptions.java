package dev.mixtune.cli;

import dev.mixtune.engine.UserException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of {@code tune bench search}, as typed. */
final class SearchBenchOptions {
  @Option(
      names = "--instance",
      paramLabel = "FILE",
      description = "Table instance for search; may be repeated. Default: instances made here.")
  List<Path> instances = new ArrayList<>();

  @Option(
      names = "--oracle",
      paramLabel = "CMD",
      description = "Program that owns the damages of search's instance, by lines of JSON.")
  @Nullable String oracle;

  @Option(
      names = "--max-evaluations",
      paramLabel = "N",
      description = "Unique plans that search may evaluate per run. Default: 500.")
  int maxEvaluations = 500;

  @Option(names = "--seeds", paramLabel = "K", description = "Runs of search. Default: 11.")
  int seeds = 11;

  @Option(
      names = "--json",
      paramLabel = "OUT",
      description = "Where search writes its fronts, equal-bits its figures.")
  @Nullable Path json;

  @Option(
      names = "--table",
      paramLabel = "FILE",
      description = "Every plan of a small network: made by table, read by search.")
  @Nullable Path table;

  @Option(
      names = "--images",
      paramLabel = "N",
      description =
          "Samples of the search split that table (default: 1000) and equal-bits (default: 300)"
              + " evaluate.")
  @Nullable Integer images;

  /** The file of {@code table}. */
  Path tableFile() {
    if (table == null) {
      throw new UserException("bench table needs a file to write", "Add --table FILE.");
    }
    return table;
  }

  /** How many samples are evaluated. */
  int images(int usual) {
    int wanted = images == null ? usual : images;
    if (wanted < 1 || wanted > Short.MAX_VALUE) {
      throw new UserException(
          "--images " + wanted + " is out of range", "Take 1 to " + Short.MAX_VALUE + ".");
    }
    return wanted;
  }

  /** Fails on values out of range. */
  void check() {
    if (maxEvaluations < 1 || seeds < 1) {
      throw new UserException(
          "--max-evaluations " + maxEvaluations + ", --seeds " + seeds, "Both are at least 1.");
    }
    if (oracle != null && !instances.isEmpty()) {
      throw new UserException(
          "--oracle and --instance are given at once", "An oracle brings its own instance.");
    }
  }
}
