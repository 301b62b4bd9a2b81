package dev.mixtune.hardware.emulation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The tables in the folder evidence, read without the code under test. */
final class CommittedCounts {
  static final int ALL = 0;
  static final int DOT = 1;
  static final int MATRIX = 2;
  static final int FMLA = 3;
  static final int WIDENING = 5;
  static final int VECTOR_LOAD = 6;
  static final int VECTOR_STORE = 7;
  static final int VECTOR_OTHER = 10;

  private final Map<String, double[]> rows = new HashMap<>();

  CommittedCounts(String device) throws IOException {
    for (String line : Files.readAllLines(Path.of("evidence", device + "-counts.csv"))) {
      String[] fields = line.split(",");
      if (!fields[0].equals("model")) {
        double[] counts = Arrays.stream(fields).skip(2).mapToDouble(Double::parseDouble).toArray();
        rows.put(fields[0] + " x" + fields[1], counts);
      }
    }
  }

  /** Counts of a whole network, instructions per run. */
  double[] network(String name) {
    return rows.get(name + " x1");
  }

  /** Instructions of any kind of a copy more. */
  double copy(String probe) {
    return (rows.get(probe + " x3")[ALL] - rows.get(probe + " x1")[ALL]) / 2;
  }

  /** The texts of all probes that begin and end so. */
  List<String> probes(String begin, String end) {
    return rows.keySet().stream()
        .filter(key -> key.endsWith(" x3"))
        .map(key -> key.substring(0, key.length() - 3))
        .filter(text -> text.startsWith(begin + " ") && text.endsWith(" " + end))
        .sorted()
        .toList();
  }
}
