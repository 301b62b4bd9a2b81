package dev.mixtune.hardware.emulation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Counts by model: a CSV file to which finished counts are appended, so that a stopped run goes on.
 * A row is the model's name, its copies of the kernel, and the instructions per run.
 */
final class CountTable {
  static final String HEADER = "model,copies," + String.join(",", InstructionMix.KINDS);

  private final Map<String, InstructionMix> rows = new LinkedHashMap<>();

  /** The counts in a file; none when it does not exist. A broken last line is left out. */
  static CountTable read(Path file) throws IOException {
    return Files.exists(file) ? of(Files.readAllLines(file)) : new CountTable();
  }

  /** The counts in the lines of a table, its header first. */
  static CountTable of(List<String> lines) {
    CountTable table = new CountTable();
    for (String line : lines.subList(Math.min(1, lines.size()), lines.size())) {
      String[] fields = line.split(",", -1);
      if (fields.length == InstructionMix.KINDS.size() + 2) {
        double[] counts = new double[InstructionMix.KINDS.size()];
        for (int i = 0; i < counts.length; i++) {
          counts[i] = Double.parseDouble(fields[i + 2]);
        }
        table.rows.put(fields[0] + "," + fields[1], InstructionMix.of(counts));
      }
    }
    return table;
  }

  Optional<InstructionMix> find(String model, int copies) {
    return Optional.ofNullable(rows.get(model + "," + copies));
  }

  /** Instructions of one kernel: half of what three have more than one. */
  Optional<InstructionMix> kernel(Probe probe) {
    InstructionMix one = rows.get(probe.text() + ",1");
    InstructionMix three = rows.get(probe.text() + ",3");
    return one == null || three == null ? Optional.empty() : Optional.of(three.minus(one, 0.5));
  }

  /** What a run executes beside its kernels: a model with one operator less that operator. */
  InstructionMix runOverhead(Probe smallest) {
    InstructionMix one = find(smallest.text(), 1).orElseThrow();
    return one.minus(kernel(smallest).orElseThrow(), 1);
  }

  void put(String model, int copies, InstructionMix mix) {
    rows.put(model + "," + copies, mix);
  }

  int size() {
    return rows.size();
  }

  /** Appends the rows to the file, which gets its header first when it is new. */
  static void append(Path file, CountTable table) throws IOException {
    List<String> lines = new ArrayList<>();
    if (!Files.exists(file)) {
      lines.add(HEADER);
    }
    table.rows.forEach((key, mix) -> lines.add(key + "," + mix.csv()));
    Files.write(file, lines, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }
}
