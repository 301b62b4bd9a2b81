package dev.mixtune.results;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Layer by layer: what it is, which bits it got, and what each width would cost it alone. */
final class LayerTable {
  private static final int HEAT_LEVELS = 5;

  private final Frontier frontier;
  private final @Nullable SensitivityMap sensitivity;

  LayerTable(Frontier frontier, @Nullable SensitivityMap sensitivity) {
    this.frontier = frontier;
    this.sensitivity = sensitivity;
  }

  Html html() {
    List<Integer> widths = widths();
    Map<Key, SensitivityMap.Cell> cells = cells();
    List<Html> heads = new ArrayList<>();
    for (String name : List.of("layer", "operator", "weights", "share of MACs", "bits", "kernel")) {
      heads.add(Html.tag("th", "", name));
    }
    widths.forEach(bits -> heads.add(Html.tag("th", "", "damage at " + bits)));
    List<Html> rows = new ArrayList<>();
    for (int layer = 0; layer < frontier.layers().size(); layer++) {
      rows.add(row(layer, widths, cells));
    }
    return Html.tag(
        "table",
        "layers",
        Html.tag("thead", "", Html.tag("tr", "", heads)),
        Html.tag("tbody", "", rows));
  }

  /** What the columns of damage mean. */
  Html note() {
    if (sensitivity == null || sensitivity.cells().isEmpty()) {
      return Html.NOTHING;
    }
    return Html.tag(
        "p",
        "note",
        "Damage: "
            + sensitivity.measure()
            + " on "
            + Figures.count(sensitivity.samples(), "sample")
            + " when this layer alone is at that width and all others are float. Darker is worse;"
            + " the framed one is the width that the chosen plan uses.");
  }

  private record Key(int layer, int bits) {}

  private List<Integer> widths() {
    TreeSet<Integer> widths = new TreeSet<>();
    if (sensitivity != null) {
      sensitivity.cells().forEach(cell -> widths.add(cell.bits()));
    }
    return List.copyOf(widths);
  }

  /** Where several schemes share a width, the one that the chosen plan uses, else the mildest. */
  private Map<Key, SensitivityMap.Cell> cells() {
    Map<Key, SensitivityMap.Cell> cells = new HashMap<>();
    if (sensitivity == null) {
      return cells;
    }
    List<String> schemes = frontier.chosen().map(FrontierPoint::schemes).orElse(List.of());
    Comparator<SensitivityMap.Cell> order =
        Comparator.<SensitivityMap.Cell, Boolean>comparing(
                cell ->
                    cell.layer() >= schemes.size()
                        || !schemes.get(cell.layer()).equals(cell.scheme()))
            .thenComparing(SensitivityMap.Cell::damage);
    for (SensitivityMap.Cell cell : sensitivity.cells()) {
      cells.merge(
          new Key(cell.layer(), cell.bits()), cell, (a, b) -> order.compare(a, b) <= 0 ? a : b);
    }
    return cells;
  }

  private Html row(int layer, List<Integer> widths, Map<Key, SensitivityMap.Cell> cells) {
    Frontier.LayerFacts facts = frontier.layers().get(layer);
    long macs = frontier.layers().stream().mapToLong(Frontier.LayerFacts::macs).sum();
    FrontierPoint chosen = frontier.chosen().orElse(null);
    int bits = chosen == null ? 0 : chosen.bits().get(layer);
    List<Html> columns = new ArrayList<>();
    columns.add(Html.tag("th", "", Figures.plain(facts.name())));
    columns.add(Html.tag("td", "word", facts.op()));
    columns.add(Html.tag("td", "", Figures.count(facts.parameters())));
    columns.add(
        Html.tag(
            "td",
            "",
            macs == 0
                ? "\u2013"
                : String.format(Locale.ROOT, "%.1f %%", 100.0 * facts.macs() / macs)));
    columns.add(
        chosen == null
            ? Html.tag("td", "", "\u2013")
            : Html.tag("td", "", Html.tag("span", "bits b" + bits, Integer.toString(bits))));
    columns.add(Html.tag("td", "word", chosen == null ? "\u2013" : chosen.kernels().get(layer)));
    for (int width : widths) {
      columns.add(heat(cells.get(new Key(layer, width)), width == bits));
    }
    return Html.tag("tr", "", columns);
  }

  private Html heat(SensitivityMap.@Nullable Cell cell, boolean used) {
    if (cell == null) {
      return Html.tag("td", "", "\u2013");
    }
    return Html.tag(
        "td",
        "heat h" + level(cell.damage()) + (used ? " used" : ""),
        Figures.digits(cell.damage()));
  }

  /** 0 for the least damage in the table, by equal steps of its logarithm. */
  private int level(double damage) {
    double least = Double.POSITIVE_INFINITY;
    double most = 0;
    if (sensitivity != null) {
      for (SensitivityMap.Cell cell : sensitivity.cells()) {
        least = cell.damage() > 0 ? Math.min(least, cell.damage()) : least;
        most = Math.max(most, cell.damage());
      }
    }
    if (damage <= least || most <= least) {
      return 0;
    }
    double place = Math.log(damage / least) / Math.log(most / least);
    return Math.min(HEAT_LEVELS - 1, (int) (HEAT_LEVELS * place));
  }
}
