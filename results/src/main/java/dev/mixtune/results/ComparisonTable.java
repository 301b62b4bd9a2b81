package dev.mixtune.results;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Float, uniform plans and the chosen one, side by side; and all points of the frontier. */
final class ComparisonTable {
  private static final List<String> COLUMNS =
      List.of(
          "plan",
          "accuracy, search",
          "drop, search",
          "drop, holdout",
          "latency",
          "size",
          "bits per weight");

  private final Frontier frontier;

  ComparisonTable(Frontier frontier) {
    this.frontier = frontier;
  }

  /** The float model first, then by falling width, the chosen plan last. */
  Html comparison() {
    List<Html> rows = new ArrayList<>();
    rows.add(floatRow());
    frontier.uniforms().stream()
        .sorted(Comparator.comparing(FrontierPoint::averageBits).reversed())
        .forEach(point -> rows.add(row("", name(point), point)));
    frontier.chosen().ifPresent(point -> rows.add(row("chosen", "chosen: " + point.id(), point)));
    return table(rows);
  }

  Html allPoints() {
    return table(
        frontier.points().stream()
            .map(point -> row(point.chosen() ? "chosen" : "", point.id(), point))
            .toList());
  }

  Html table(List<Html> rows) {
    List<Html> heads = new ArrayList<>();
    COLUMNS.forEach(name -> heads.add(Html.tag("th", "", name)));
    if (frontier.memory() != null) {
      heads.add(Html.tag("th", "", "peak memory"));
    }
    return Html.tag(
        "table", "", Html.tag("thead", "", Html.tag("tr", "", heads)), Html.tag("tbody", "", rows));
  }

  private static String name(FrontierPoint point) {
    return "every layer at " + point.uniform() + " bits";
  }

  private Html floatRow() {
    Frontier.Reference reference = frontier.reference();
    List<Html> cells = new ArrayList<>();
    cells.add(Html.tag("th", "", "float model"));
    cells.add(
        Html.tag(
            "td", "", Figures.metric(reference.search().accuracy(), reference.search().isShare())));
    cells.add(Html.tag("td", "", "0"));
    cells.add(Html.tag("td", "", "0"));
    cells.add(Html.tag("td", "", pair(Figures.millis(reference.latencyMs()), Figures.ratio(1))));
    cells.add(Html.tag("td", "", pair(Figures.bytes(reference.sizeBytes()), Figures.ratio(1))));
    cells.add(Html.tag("td", "", "32"));
    Frontier.MemoryFacts memory = frontier.memory();
    if (memory != null) {
      cells.add(memory(memory.referencePeakBytes(), memory));
    }
    return Html.tag("tr", "float", cells);
  }

  Html row(String css, String name, FrontierPoint point) {
    List<Html> cells = new ArrayList<>();
    cells.add(Html.tag("th", "", name));
    cells.add(
        Html.tag("td", "", Figures.metric(point.search().accuracy(), point.search().isShare())));
    cells.add(Html.tag("td", "", drop(point.search())));
    cells.add(Html.tag("td", "", drop(point.holdout())));
    cells.add(
        Html.tag(
            "td",
            "",
            pair(Figures.millis(point.latencyMs()), Figures.ratio(point.latencyRatio()))));
    cells.add(
        Html.tag(
            "td", "", pair(Figures.bytes(point.sizeBytes()), Figures.ratio(point.sizeRatio()))));
    cells.add(Html.tag("td", "", String.format(Locale.ROOT, "%.2f", point.averageBits())));
    Frontier.MemoryFacts memory = frontier.memory();
    if (memory != null) {
      cells.add(memory(point.peakMemoryBytes(), memory));
    }
    return Html.tag("tr", css, cells);
  }

  private static Html memory(@Nullable Long bytes, Frontier.MemoryFacts facts) {
    return bytes == null
        ? Html.tag("td", "", "\u2013")
        : Html.tag(
            "td",
            "",
            pair(Figures.bytes(bytes), Figures.ratio((double) bytes / facts.referencePeakBytes())));
  }

  private static Html drop(@Nullable Score score) {
    return score == null
        ? Html.text("\u2013")
        : pair(Figures.points(score.drop()), Figures.interval(score.dropInterval()));
  }

  private static Html pair(String value, String note) {
    return Html.join(List.of(Html.text(value), Html.tag("small", "", note)));
  }
}
