package dev.mixtune.cli;

import dev.mixtune.engine.UserException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of a benchmark, as typed. Reading them checks them. */
final class BenchOptions {
  private static final Pattern COMMA = Pattern.compile(",");
  private static final List<String> WIDTHS = List.of("8", "4", "2");

  @Option(
      names = "--task",
      paramLabel = "FILE",
      description =
          "Task file; claims, latency and rounding take several. Default: the bundled example.")
  List<Path> tasks = new ArrayList<>();

  @Option(
      names = "--widths",
      paramLabel = "LIST",
      description = "Of 8,4,2, for rounding. Default: all.")
  String widths = "8,4,2";

  @Option(
      names = "--methods",
      paramLabel = "LIST",
      description = "Which roundings, of ${COMPLETION-CANDIDATES}. Default: all but learned.",
      completionCandidates = RoundingSource.Names.class)
  @Nullable String methods;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description =
          "Where rounding writes its table, as Markdown, and the folder for latency's table and"
              + " plots and for claims' studies. Default: nowhere.")
  @Nullable Path out;

  /** The widths, widest first. */
  List<Integer> widthList() {
    List<Integer> list = new ArrayList<>();
    for (String text : COMMA.split(widths, -1)) {
      if (!WIDTHS.contains(text.trim())) {
        throw new UserException(
            "--widths '" + widths + "' holds '" + text.trim() + "'", "Choose among 8,4,2.");
      }
      list.add(Integer.valueOf(text.trim()));
    }
    return list.stream().distinct().sorted(Comparator.reverseOrder()).toList();
  }

  /** The roundings to compare, in the order of the table. */
  List<RoundingSource> sources() {
    if (methods == null) {
      return RoundingSource.ALL;
    }
    List<String> wanted = COMMA.splitAsStream(methods).map(String::trim).toList();
    List<String> known = RoundingSource.KNOWN.stream().map(RoundingSource::name).toList();
    for (String name : wanted) {
      if (!known.contains(name)) {
        throw new UserException(
            "--methods '" + methods + "' holds '" + name + "'",
            "Choose among " + String.join(",", known) + ".");
      }
    }
    return RoundingSource.KNOWN.stream().filter(source -> wanted.contains(source.name())).toList();
  }

  /** Fails now rather than after an hour of work when the table could not be written. */
  void checkOut() {
    if (out == null) {
      return;
    }
    Path folder = out.toAbsolutePath().normalize().getParent();
    if (Files.isDirectory(out) || folder == null) {
      throw new UserException("--out '" + out + "' is a folder", "Name a file in it.");
    }
    if (!Files.isDirectory(folder) || !Files.isWritable(folder)) {
      throw new UserException(
          "--out '" + out + "' cannot be written: '" + folder + "' is no folder to write into",
          "Name a file in a folder that exists.");
    }
  }

  /** The only task, for benchmarks that take one; null for the bundled example. */
  @Nullable Path onlyTask() {
    if (tasks.size() > 1) {
      throw new UserException(
          "--task is given " + tasks.size() + " times, and this benchmark takes one",
          "Run it once for each task.");
    }
    return tasks.isEmpty() ? null : tasks.get(0);
  }

  /** The command line that asks for the same table. */
  List<String> toArguments() {
    List<String> words = new ArrayList<>(List.of("bench", "rounding"));
    tasks.forEach(task -> words.addAll(List.of("--task", task.toString())));
    if (widthList().size() < WIDTHS.size()) {
      words.addAll(List.of("--widths", widths));
    }
    if (methods != null) {
      words.addAll(List.of("--methods", methods));
    }
    if (out != null) {
      words.addAll(List.of("--out", out.toString()));
    }
    return words;
  }
}
