package dev.mixtune.cli;

import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.fitting.EqualizationChoice;
import dev.mixtune.engine.fitting.FittedRanges;
import dev.mixtune.engine.fitting.RoundingReport;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How the rounding of a network was chosen, as plain text. */
final class RoundingTable {
  /** The method that the others are compared with. */
  private static final String PLAIN = "mse";

  private static final String BLOCKS = " in blocks of ";

  private RoundingTable() {}

  /**
   * A row per layer; per width the chosen method with its error relative to plain rounding, and the
   * runner-up with its own; those of its blocks where the layer has no other weights. Below: how
   * often each method was chosen, and the whole networks.
   */
  static String of(RoundingReport report) {
    List<RoundingReport.Entry> all =
        Stream.concat(report.entries().stream(), report.blocks().stream()).toList();
    List<Integer> widths = widths(all);
    TreeMap<Integer, String> names = new TreeMap<>();
    all.forEach(entry -> names.put(entry.layer(), entry.name()));
    TextTable table = new TextTable(nameColumns(widths.size()));
    List<String> heading = new ArrayList<>(List.of("", "layer"));
    for (int bits : widths) {
      heading.addAll(List.of("W" + bits, "error", "runner-up", "error"));
    }
    table.add(heading);
    names.forEach(
        (layer, name) -> {
          List<String> row = new ArrayList<>(List.of(Integer.toString(layer), name));
          for (int bits : widths) {
            row.addAll(find(all, layer, bits).map(RoundingTable::cells).orElse(NOTHING));
          }
          table.add(row);
        });
    return table
        + line(
            "error: output error of the layer on held-back calibration samples, by that of "
                + PLAIN
                + "; a codebook must earn the bytes of its table")
        + counts(report.entries())
        + counts(report.blocks())
        + networks(report);
  }

  private static List<Integer> widths(List<RoundingReport.Entry> entries) {
    return entries.stream()
        .map(RoundingReport.Entry::bits)
        .distinct()
        .sorted(Comparator.reverseOrder())
        .toList();
  }

  private static final List<String> NOTHING = List.of("-", "", "", "");

  private static Integer[] nameColumns(int widths) {
    List<Integer> columns = new ArrayList<>(List.of(1));
    for (int i = 0; i < widths; i++) {
      columns.add(2 + 4 * i);
      columns.add(4 + 4 * i);
    }
    return columns.toArray(Integer[]::new);
  }

  private static Optional<RoundingReport.Entry> find(
      List<RoundingReport.Entry> all, int layer, int bits) {
    return all.stream().filter(entry -> entry.layer() == layer && entry.bits() == bits).findFirst();
  }

  private static List<String> cells(RoundingReport.Entry entry) {
    double plain = entry.errors().getOrDefault(PLAIN, Double.NaN);
    Optional<Map.Entry<String, Double>> second =
        entry.errors().entrySet().stream()
            .filter(method -> !method.getKey().equals(entry.chosen()))
            .filter(method -> Double.isFinite(method.getValue()))
            .min(Map.Entry.comparingByValue());
    return List.of(
        entry.chosen(),
        ratio(entry.error(), plain),
        second.map(Map.Entry::getKey).orElse("-"),
        second.map(method -> ratio(method.getValue(), plain)).orElse(""));
  }

  private static String ratio(double error, double plain) {
    double ratio = error / plain;
    return Double.isFinite(ratio) ? String.format(Locale.ROOT, "%.3f", ratio) : "-";
  }

  private static String counts(List<RoundingReport.Entry> entries) {
    Map<String, Map<String, Long>> counts =
        entries.stream()
            .sorted(
                Comparator.comparingInt(RoundingReport.Entry::bits)
                    .reversed()
                    .thenComparingInt(RoundingReport.Entry::blockSize))
            .collect(
                Collectors.groupingBy(
                    entry -> form(entry.bits(), entry.blockSize()),
                    LinkedHashMap::new,
                    Collectors.groupingBy(
                        RoundingReport.Entry::chosen, TreeMap::new, Collectors.counting())));
    StringBuilder text = new StringBuilder();
    counts.forEach((form, methods) -> text.append(line(form + ": " + joined(methods))));
    return text.toString();
  }

  private static String form(int bits, int blockSize) {
    return "W" + bits + (blockSize == 0 ? "" : BLOCKS + blockSize);
  }

  private static String networks(RoundingReport report) {
    StringBuilder text = new StringBuilder();
    for (RoundingReport.NetworkError network : report.networks()) {
      text.append(
          line(
              String.format(
                  Locale.ROOT,
                  "whole network at %s: output error %.3g fitted, %.3g plain; %s",
                  widths(network.plan()),
                  network.fitted(),
                  network.plain(),
                  network.keepsFitted()
                      ? "fitted is kept"
                      : "it answers no better for fitting, so plain is kept")));
    }
    return text.toString();
  }

  /**
   * {@code W4}, or {@code W8 and W4 in blocks of 64} for a plan of several forms; what stays float
   * is left out.
   */
  private static String widths(String plan) {
    return Plan.parse(plan).schemes().stream()
        .filter(scheme -> scheme.arithmetic() != Arithmetic.FLOAT)
        .sorted(
            Comparator.comparingInt(Scheme::weightBits)
                .reversed()
                .thenComparingInt(Scheme::blockSize))
        .map(scheme -> form(scheme.weightBits(), scheme.blockSize()))
        .distinct()
        .collect(Collectors.joining(" and "));
  }

  /** Which method the activation ranges of how many tensors were taken from. */
  static String of(FittedRanges ranges) {
    Map<String, Long> counts =
        ranges.choices().stream()
            .collect(
                Collectors.groupingBy(
                    FittedRanges.Choice::chosen, TreeMap::new, Collectors.counting()));
    String uniform =
        ranges.uniform().entrySet().stream()
            .map(
                method -> String.format(Locale.ROOT, "%s %.3g", method.getKey(), method.getValue()))
            .collect(Collectors.joining(", "));
    return line(
            "activation ranges: "
                + ranges.common()
                + (counts.isEmpty() ? " everywhere" : "; for single tensors: " + joined(counts)))
        + line(
            String.format(
                Locale.ROOT,
                "8-bit network with one method everywhere: output error %s; as chosen %.3g",
                uniform,
                ranges.error()));
  }

  /** What equalizing channels would do, and whether it is done. */
  static String of(EqualizationChoice choice) {
    int pairs = choice.equalization().pairs().size();
    if (pairs == 0) {
      return line("equalization: no two layers allow it");
    }
    String errors =
        choice.comparisons().stream()
            .map(
                width ->
                    String.format(
                        Locale.ROOT,
                        "at %d bits %.3g before, %.3g after",
                        width.bits(),
                        width.before(),
                        width.after()))
            .collect(Collectors.joining("; "));
    return line(
        "equalization of %d pairs of layers, output error of the plainly rounded network: %s; %s"
            .formatted(pairs, errors, choice.isUsed() ? "used" : "not used"));
  }

  private static String joined(Map<String, Long> counts) {
    return counts.entrySet().stream()
        .map(method -> method.getKey() + " " + method.getValue())
        .collect(Collectors.joining(", "));
  }

  private static String line(String text) {
    return text + System.lineSeparator();
  }
}
