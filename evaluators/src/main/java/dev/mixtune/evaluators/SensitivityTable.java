package dev.mixtune.evaluators;

import dev.mixtune.engine.Scheme;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;

/** A sensitivity as plain text: a row per layer, per scheme the KL and the drop. */
public final class SensitivityTable {
  private SensitivityTable() {}

  /**
   * The table, with a heading line and a line below that says what the figures are. Drops are in
   * points of 100.
   */
  public static String of(Sensitivity sensitivity) {
    List<Scheme> schemes =
        sensitivity.entries().stream()
            .map(Sensitivity.Entry::scheme)
            .distinct()
            .sorted(Comparator.naturalOrder())
            .toList();
    TreeMap<Integer, String> names = new TreeMap<>();
    sensitivity.entries().forEach(entry -> names.put(entry.layerIndex(), entry.layerName()));
    List<List<String>> rows = new ArrayList<>();
    List<String> heading = new ArrayList<>(List.of("", "layer"));
    for (Scheme scheme : schemes) {
      heading.add(scheme.id() + " KL");
      heading.add("drop");
    }
    rows.add(heading);
    names.forEach((index, name) -> rows.add(row(sensitivity, index, name, schemes)));
    return aligned(rows)
        + String.format(
            Locale.ROOT,
            "KL: mean KL(float || plan) of the outputs in nats. drop: points of %s lost, on %d"
                + " samples; all other layers float.%n",
            sensitivity.metric(),
            sensitivity.samples());
  }

  private static List<String> row(
      Sensitivity sensitivity, int index, String name, List<Scheme> schemes) {
    List<String> row = new ArrayList<>(List.of(Integer.toString(index), name));
    for (Scheme scheme : schemes) {
      Optional<Sensitivity.Entry> entry = sensitivity.find(index, scheme);
      row.add(entry.map(SensitivityTable::kl).orElse("-"));
      row.add(
          entry
              .flatMap(Sensitivity.Entry::score)
              .map(score -> String.format(Locale.ROOT, "%.2f", 100 * score.drop() + 0.0))
              .orElse("-"));
    }
    return row;
  }

  private static String kl(Sensitivity.Entry entry) {
    return Double.isInfinite(entry.kl())
        ? "failed"
        : String.format(Locale.ROOT, entry.kl() < 1e-3 ? "%.1e" : "%.4f", entry.kl());
  }

  private static String aligned(List<List<String>> rows) {
    int columns = rows.get(0).size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int c = 0; c < columns; c++) {
        widths[c] = Math.max(widths[c], row.get(c).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int c = 0; c < columns; c++) {
        String cell = row.get(c);
        String gap = " ".repeat(widths[c] - cell.length());
        // Names to the left, figures to the right.
        line.append(c == 1 ? cell + gap : gap + cell).append("  ");
      }
      text.append(line.toString().stripTrailing()).append(System.lineSeparator());
    }
    return text.toString();
  }
}
