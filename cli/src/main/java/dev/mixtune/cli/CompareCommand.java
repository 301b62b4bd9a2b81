package dev.mixtune.cli;

import dev.mixtune.engine.UserException;
import dev.mixtune.results.AtomicFile;
import dev.mixtune.results.ComparedStudy;
import dev.mixtune.results.ComparisonPlot;
import dev.mixtune.results.StudyComparison;
import dev.mixtune.results.StudyFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@code tune compare}: two studies side by side, as a table, a plot and JSON. */
final class CompareCommand {
  private final Surroundings around;

  CompareCommand(Surroundings around) {
    this.around = around;
  }

  /**
   * Prints the table and writes plot and data.
   *
   * @param out folder for them; a new one under {@code out} when null
   */
  int run(Path first, Path second, @Nullable Path out) {
    if (same(first, second)) {
      throw new UserException(
          "'" + first + "' and '" + second + "' are the same study",
          "Name two studies of one model.");
    }
    ComparedStudy a = ComparedStudy.read(first);
    ComparedStudy b = ComparedStudy.read(second);
    StudyComparison comparison = StudyComparison.of(a, b);
    StudyFolder folder =
        out == null
            ? StudyCommands.freeFolder(a.frontier().task(), "compared")
            : new StudyFolder(out);
    Path root = folder.create().root();
    comparison.write(root.resolve("compare.json"));
    ComparisonPlot plot = new ComparisonPlot(a.frontier(), b.frontier());
    AtomicFile.write(root.resolve("compare.png"), plot.png());
    AtomicFile.write(root.resolve("compare.svg"), plot.svg());
    around.out().print(text(first, second, comparison));
    around.out().println("Written: " + root.resolve("compare.png") + ", compare.svg, compare.json");
    return ExitCodes.DONE;
  }

  private static boolean same(Path first, Path second) {
    try {
      return Files.exists(first) && Files.exists(second) && Files.isSameFile(first, second);
    } catch (IOException e) {
      return false;
    }
  }

  private static String text(Path first, Path second, StudyComparison comparison) {
    TextTable table = new TextTable(0, 1, 6);
    table.add(
        "plan",
        "split",
        "drop A",
        "drop B",
        "B - A",
        "interval",
        "",
        "time A",
        "time B",
        "size A",
        "size B",
        "B / A");
    for (StudyComparison.Row row : comparison.rows()) {
      StudyComparison.Difference latency = row.latency();
      table.add(
          row.name(),
          row.split(),
          points(row.firstDrop()),
          points(row.secondDrop()),
          points(row.drop().value()),
          points(row.drop().low()) + " to " + points(row.drop().high()),
          (row.drop().significant() ? "differs" : "no difference shown")
              + (row.drop().paired() ? ", paired" : ", unpaired"),
          ratio(row.firstLatencyRatio()),
          ratio(row.secondLatencyRatio()) + (latency != null && latency.significant() ? " !" : ""),
          Long.toString(row.firstBytes()),
          Long.toString(row.secondBytes()),
          ratio((double) row.secondBytes() / row.firstBytes()));
    }
    StringBuilder text = new StringBuilder();
    text.append(side("A", first, comparison.first()));
    text.append(side("B", second, comparison.second()));
    text.append(table);
    String line = System.lineSeparator();
    text.append(
        "Drops in points of "
            + comparison.metric()
            + ", negative differences are in favour of B; time by float's; ! marks times that"
            + " differ by more than their errors.");
    text.append(line);
    StudyComparison.Volume volume = comparison.volume();
    if (volume != null) {
      text.append(
          String.format(
              Locale.ROOT,
              "Hypervolume from one corner (%s): A %.4f, B %.4f.%n",
              String.join(", ", volume.objectives()),
              volume.first(),
              volume.second()));
    }
    text.append(
        String.format(
            Locale.ROOT,
            "By their estimates of %s, %d of %d points of A are beaten by a point of B, %d of %d"
                + " of B by one of A.%n",
            comparison.sameTiming() ? "drop, time and size" : "drop and size",
            comparison.dominated().ofFirst(),
            comparison.first().points(),
            comparison.dominated().ofSecond(),
            comparison.second().points()));
    if (!comparison.changedLayers().isEmpty()) {
      text.append("Layers of the chosen plans with other bits: ")
          .append(
              comparison.changedLayers().stream()
                  .map(each -> each.name() + " " + each.firstBits() + " -> " + each.secondBits())
                  .collect(Collectors.joining(", ")))
          .append('.')
          .append(line);
    }
    comparison.notes().forEach(note -> text.append(note).append(line));
    return text.toString();
  }

  private static String side(String name, Path folder, StudyComparison.Side side) {
    return String.format(
        Locale.ROOT,
        "%s: %s, %s on %s, %d points from %d evaluations, seed %d%n",
        name,
        folder,
        side.task(),
        side.target(),
        side.points(),
        side.evaluations(),
        side.seed());
  }

  private static String points(double fraction) {
    return String.format(Locale.ROOT, "%.2f", 100 * fraction + 0.0);
  }

  private static String ratio(double ratio) {
    return String.format(Locale.ROOT, "%.3f", ratio);
  }
}
