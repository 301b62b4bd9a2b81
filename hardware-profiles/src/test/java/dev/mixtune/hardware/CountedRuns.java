package dev.mixtune.hardware;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The executed instructions in evidence/aarch64-instructions.csv. */
final class CountedRuns {
  private final List<String[]> rows;

  CountedRuns() throws IOException {
    rows =
        Files.readAllLines(Path.of("evidence", "aarch64-instructions.csv")).stream()
            .skip(1)
            .map(line -> line.split(","))
            .toList();
  }

  /** Instructions of any kind. */
  double all(String workload, String scheme) {
    return 1e6 * Double.parseDouble(row(workload, scheme)[2]);
  }

  /** Vector multiply-accumulates of any kind. */
  double multiplies(String workload, String scheme) {
    String[] row = row(workload, scheme);
    double millions = 0;
    for (int column = 3; column <= 6; column++) {
      millions += Double.parseDouble(row[column]);
    }
    return 1e6 * millions;
  }

  /** SMMLA and UMMLA. */
  double matrixMultiplies(String workload, String scheme) {
    return 1e6 * Double.parseDouble(row(workload, scheme)[5]);
  }

  private String[] row(String workload, String scheme) {
    return rows.stream()
        .filter(row -> row[0].startsWith(workload) && row[1].equals(scheme))
        .findFirst()
        .orElseThrow();
  }
}
