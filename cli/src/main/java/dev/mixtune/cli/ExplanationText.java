package dev.mixtune.cli;

import dev.mixtune.results.Explanation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An explanation as plain text: the steps as a table, then a reason for each layer. */
final class ExplanationText {
  private static final String LINE = System.lineSeparator();

  private ExplanationText() {}

  /** The text, with a final line end. */
  static String of(Explanation explanation) {
    Explanation.Base base = explanation.base();
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%s on %s: plan %s, drop %.2f points on %d search samples, %.3f of float's time, %d"
                + " bytes.%n",
            explanation.task(),
            explanation.target(),
            explanation.pointId(),
            100 * base.drop(),
            base.samples(),
            base.latencyRatio(),
            base.sizeBytes()));
    text.append("One layer one width narrower (-) or wider (+), all others as they are:")
        .append(LINE)
        .append(steps(explanation))
        .append(
            String.format(
                Locale.ROOT,
                "drop: change in points, positive is worse; time: change by float's time; bytes:"
                    + " change of the file.%nmeasured: paired %.0f %% interval; predicted: from all"
                    + " evaluations of the search, two standard deviations;%nestimated: given up in"
                    + " the search after a part of the samples, the drop is at least the lower"
                    + " end.%n%n",
                100 * explanation.confidence()))
        .append("Why:")
        .append(LINE);
    for (Explanation.Story story : explanation.layers()) {
      text.append("  ")
          .append(name(story))
          .append(" has ")
          .append(story.bits())
          .append(" bits (")
          .append(story.scheme())
          .append("). ")
          .append(story.reason())
          .append(LINE);
    }
    return text.append(implementations(explanation)).toString();
  }

  private static String steps(Explanation explanation) {
    TextTable table = new TextTable(0, 9);
    table.add("layer", "bits", "", "to", "drop", "from", "to", "time", "bytes", "known");
    for (Explanation.Story story : explanation.layers()) {
      row(table, story, "-", story.down());
      row(table, story, "+", story.up());
    }
    return table.toString();
  }

  private static void row(
      TextTable table, Explanation.Story story, String sign, Explanation.@Nullable Step step) {
    if (step == null) {
      return;
    }
    List<String> row =
        new ArrayList<>(
            List.of(
                name(story), Integer.toString(story.bits()), sign, Integer.toString(step.bits())));
    Explanation.Change change = step.known();
    if (change == null) {
      row.addAll(List.of("", "", "", "", "", "unknown"));
    } else {
      row.add(points(change.drop()));
      row.add(points(change.dropLow()));
      row.add(points(change.dropHigh()));
      Double time = change.latencyRatio();
      row.add(time == null ? "?" : String.format(Locale.ROOT, "%+.3f", time + 0.0));
      row.add(String.format(Locale.ROOT, "%+d", change.sizeBytes()));
      row.add(known(step));
    }
    table.add(row);
  }

  private static String known(Explanation.Step step) {
    String source = step.source();
    return source == null
        ? "predicted"
        : switch (source) {
          case "part" -> "estimated";
          case "now" -> "measured now";
          default -> "measured";
        };
  }

  private static String points(@Nullable Double fraction) {
    return fraction == null ? "?" : String.format(Locale.ROOT, "%+.2f", 100 * fraction + 0.0);
  }

  private static String name(Explanation.Story story) {
    String first = story.names().get(0);
    return story.names().size() == 1
        ? first
        : first + " (+" + (story.names().size() - 1) + " tied)";
  }

  /** Layers of one shape share their figures: they are shown once. */
  private static String implementations(Explanation explanation) {
    Map<List<Explanation.Implementation>, List<String>> shapes = new LinkedHashMap<>();
    for (Explanation.Story story : explanation.layers()) {
      if (!story.implementations().isEmpty()) {
        shapes
            .computeIfAbsent(story.implementations(), key -> new ArrayList<>())
            .addAll(story.names());
      }
    }
    if (shapes.isEmpty()) {
      return "";
    }
    TextTable table = new TextTable(0, 3);
    table.add("layers", "", "bits", "scheme", "time", "error");
    shapes.forEach(
        (each, names) -> {
          for (Explanation.Implementation one : each) {
            table.add(
                names.get(0),
                names.size() == 1 ? "" : "+" + (names.size() - 1),
                Integer.toString(one.bits()),
                one.scheme() + (one.taken() ? " *" : ""),
                String.format(Locale.ROOT, "%.3f", one.timeRatio()),
                String.format(Locale.ROOT, "%.4f", one.error()));
          }
        });
    return LINE
        + "Implementations of layers alone: time by the float layer's, error of the outputs; menus"
        + " hold those with a star:"
        + LINE
        + table;
  }
}
