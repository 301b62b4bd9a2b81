package dev.mixtune.cli;

import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.graph.ModelFacts;
import dev.mixtune.engine.graph.WeightFacts;
import dev.mixtune.hardware.Target;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What doctor says about the weights of a model that is too large to be imported. */
final class DoctorWeights {
  private static final List<Integer> WIDTHS = List.of(16, 8, 4, 2);

  private DoctorWeights() {}

  /** A row per shape, then the whole file. */
  static List<String> lines(ModelFacts facts, List<WeightFacts> weights) {
    TextTable table = new TextTable(0, 1, 11);
    table.add(
        "kind",
        "weights",
        "layers",
        "MB",
        "f16",
        "W8",
        "W4",
        "W2",
        "error W8",
        "W4",
        "W2",
        "schemes");
    Map<String, List<WeightFacts>> shapes = new LinkedHashMap<>();
    for (WeightFacts each : weights) {
      String shape = each.layer().kind() + " " + each.layer().weightShape();
      shapes.computeIfAbsent(shape, key -> new ArrayList<>()).add(each);
    }
    shapes.values().forEach(members -> table.add(row(members)));
    List<String> lines = new ArrayList<>();
    lines.add(
        "Weights by shape: megabytes in the file by width, and the error of plainly rounded"
            + " weights, one scale per output channel (root mean square, by the weights')");
    lines.add(table.toString().stripTrailing());
    lines.add(
        "The file with every layer at one width, by the file now: "
            + WIDTHS.stream()
                .map(
                    bits ->
                        String.format(
                            Locale.ROOT, "%d bits %.3f", bits, share(facts, weights, bits)))
                .collect(Collectors.joining(", ")));
    return lines;
  }

  private static List<String> row(List<WeightFacts> members) {
    WeightFacts first = members.get(0);
    List<String> row = new ArrayList<>();
    row.add(first.layer().kind().name().toLowerCase(Locale.ROOT).replace('_', ' '));
    row.add(
        first.layer().weightShape().stream().map(String::valueOf).collect(Collectors.joining("x")));
    row.add(Integer.toString(members.size()));
    row.add(megabytes(members.size() * first.storedBytes()));
    WIDTHS.forEach(
        bits ->
            row.add(
                megabytes(
                    members.stream()
                        .mapToLong(each -> each.bytes().getOrDefault(bits, 0L))
                        .sum())));
    for (int bits : List.of(8, 4, 2)) {
      double squares =
          members.stream()
              .mapToDouble(each -> Math.pow(each.errors().getOrDefault(bits, 0.0), 2))
              .average()
              .orElse(0);
      row.add(String.format(Locale.ROOT, "%.4f", Math.sqrt(squares)));
    }
    row.add(
        Target.runnable(first.layer().kind()).stream()
            .filter(scheme -> scheme != Scheme.F32)
            .filter(scheme -> first.layer().kind().isStoredOnly() || !scheme.isStoredOnly())
            .map(Scheme::id)
            .collect(Collectors.joining(" ")));
    return row;
  }

  private static String megabytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f", bytes / 1e6);
  }

  /** Layers that share a weight store it once. */
  static double share(ModelFacts facts, List<WeightFacts> weights, int bits) {
    Map<String, WeightFacts> groups = new LinkedHashMap<>();
    weights.forEach(each -> groups.putIfAbsent(each.layer().group(), each));
    long bytes = facts.fileBytes();
    for (WeightFacts each : groups.values()) {
      bytes += each.bytes().getOrDefault(bits, 0L) - each.storedBytes();
    }
    return (double) bytes / facts.fileBytes();
  }
}
