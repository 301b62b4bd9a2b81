package dev.mixtune.results;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * {@code frontier.csv}: one row per point, fine-tuned ones last, then one column of bits per layer,
 * then what came to be in the file later. Quoted as RFC 4180 says. Text that a spreadsheet would
 * take for a formula begins with an apostrophe; numbers stay numbers.
 */
public final class FrontierCsv {
  private static final List<String> COLUMNS =
      List.of(
          "id",
          "chosen",
          "uniform",
          "search_accuracy",
          "search_drop",
          "search_drop_low",
          "search_drop_high",
          "search_samples",
          "search_right",
          "holdout_accuracy",
          "holdout_drop",
          "holdout_drop_low",
          "holdout_drop_high",
          "holdout_samples",
          "holdout_right",
          "latency_ms",
          "latency_ratio",
          "latency_relative_error",
          "predicted_latency_ms",
          "latency_basis",
          "size_bytes",
          "size_ratio",
          "average_bits",
          "rounding",
          "modelled_share");

  /** Only in studies with that objective: the columns of others stay where they were. */
  private static final List<String> ENERGY = List.of("energy_mj", "energy_ratio", "energy_basis");

  private FrontierCsv() {}

  /** The text of the file. */
  public static String text(Frontier frontier) {
    StringBuilder csv = new StringBuilder();
    boolean energy = frontier.points().stream().anyMatch(point -> point.energy() != null);
    List<String> header = new ArrayList<>(COLUMNS);
    if (energy) {
      header.addAll(ENERGY);
    }
    frontier.layers().forEach(layer -> header.add(name("bits:", layer.name())));
    // At the very end: columns that are read by their place stay where they were.
    header.add("peak_memory_bytes");
    appendRow(csv, header);
    for (FrontierPoint point : frontier.points()) {
      appendRow(csv, row(point, energy));
    }
    for (FinetunedPoint each : frontier.finetuned()) {
      appendRow(csv, row(each.point(), energy));
    }
    return csv.toString();
  }

  /** Writes the file, whole or not at all. */
  public static void write(Path file, Frontier frontier) {
    AtomicFile.write(file, text(frontier));
  }

  private static List<String> row(FrontierPoint point, boolean energy) {
    List<String> cells = new ArrayList<>();
    cells.add(name("", point.id()));
    cells.add(Boolean.toString(point.chosen()));
    cells.add(number(point.uniform()));
    addScore(cells, point.search());
    addScore(cells, point.holdout());
    cells.add(number(point.latencyMs()));
    cells.add(number(point.latencyRatio()));
    cells.add(number(point.latencyRelativeError()));
    cells.add(number(point.predictedLatencyMs()));
    cells.add(point.latencyBasis().id());
    cells.add(number(point.sizeBytes()));
    cells.add(number(point.sizeRatio()));
    cells.add(number(point.averageBits()));
    cells.add(point.rounding().id());
    cells.add(number(point.modelledShare()));
    if (energy) {
      addEnergy(cells, point.energy());
    }
    point.bits().forEach(bits -> cells.add(number(bits)));
    cells.add(number(point.peakMemoryBytes()));
    return cells;
  }

  private static void addEnergy(List<String> cells, FrontierPoint.@Nullable EnergyFacts energy) {
    cells.add(energy == null ? "" : number(energy.millijoules()));
    cells.add(energy == null ? "" : number(energy.ratio()));
    cells.add(energy == null ? "" : energy.basis().id());
  }

  private static void addScore(List<String> cells, @Nullable Score score) {
    if (score == null) {
      cells.addAll(List.of("", "", "", "", "", ""));
      return;
    }
    cells.add(number(score.accuracy()));
    cells.add(number(score.drop()));
    cells.add(number(score.dropInterval().low()));
    cells.add(number(score.dropInterval().high()));
    cells.add(number(score.samples()));
    cells.add(number(score.right()));
  }

  private static String number(@Nullable Number value) {
    return value == null ? "" : value.toString();
  }

  /** Names come from models: they must neither run as a formula nor break a row. */
  private static String name(String prefix, String text) {
    String cell = prefix + text;
    boolean formula = !cell.isEmpty() && "=+-@\t\r".indexOf(cell.charAt(0)) >= 0;
    String safe = formula ? "'" + cell : cell;
    boolean quote = safe.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    return quote ? '"' + safe.replace("\"", "\"\"") + '"' : safe;
  }

  private static void appendRow(StringBuilder csv, List<String> cells) {
    csv.append(cells.stream().collect(Collectors.joining(","))).append("\r\n");
  }
}
