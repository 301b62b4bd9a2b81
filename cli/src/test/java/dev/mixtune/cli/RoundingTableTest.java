package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.engine.fitting.RoundingReport;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RoundingTableTest {
  private static RoundingReport.Entry entry(
      int layer, int bits, String chosen, Map<String, Double> errors) {
    return new RoundingReport.Entry(layer, "layer" + layer, bits, chosen, errors, 64);
  }

  private static RoundingReport.Entry blocks(
      int layer, int bits, int size, Map<String, Double> errors) {
    return new RoundingReport.Entry(layer, "layer" + layer, bits, size, "gptq", errors, 64);
  }

  private static String[] words(String table, int line) {
    return table.lines().toList().get(line).trim().split(" +");
  }

  private static final RoundingReport REPORT =
      new RoundingReport(
          List.of(
              entry(0, 4, "gptq", Map.of("mse", 0.5, "nearest", 0.6, "gptq", 0.125)),
              entry(0, 8, "mse", Map.of("mse", 0.01, "gptq", 0.02)),
              entry(1, 4, "gptq", Map.of("gptq", 0.2)),
              entry(2, 4, "mse", Map.of("mse", Double.NaN, "codebook", 0.1))),
          List.of(
              blocks(2, 4, 32, Map.of("mse", 0.5, "gptq", 0.25)),
              blocks(3, 4, 64, Map.of("mse", 0.5, "gptq", 0.125)),
              blocks(4, 4, 64, Map.of("mse", 0.5, "gptq", 0.125))),
          List.of(
              new RoundingReport.NetworkError("w4a8 w4a8", 0.25, 0.75),
              new RoundingReport.NetworkError("w8a8 w4a8", 0.5, 0.25),
              new RoundingReport.NetworkError("f32 w4b", 0.5, 0.75),
              new RoundingReport.NetworkError("w4b128 w8a8", 0.5, 0.75)));

  @Test
  void widestFirstWithErrorsRelativeToPlainRounding() {
    String table = RoundingTable.of(REPORT);

    assertThat(words(table, 0)).startsWith("layer", "W8").contains("W4");
    assertThat(words(table, 1))
        .containsExactly(
            "0", "layer0", "mse", "1.000", "gptq", "2.000", "gptq", "0.250", "mse", "1.000");
  }

  @Test
  void whatHasNoComparisonSaysSo() {
    String table = RoundingTable.of(REPORT);

    assertThat(words(table, 2)).containsExactly("1", "layer1", "-", "gptq", "-", "-");
    assertThat(words(table, 3)).containsExactly("2", "layer2", "-", "mse", "-", "codebook", "-");
    // Blocks are all that this layer has.
    assertThat(words(table, 4))
        .containsExactly("3", "layer3", "-", "gptq", "0.250", "mse", "1.000");
  }

  @Test
  void countsAndNetworksStandBelow() {
    assertThat(RoundingTable.of(REPORT))
        .contains("W8: mse 1")
        .contains("W4: gptq 2, mse 1")
        .contains("W4 in blocks of 32: gptq 1")
        .contains("W4 in blocks of 64: gptq 2")
        .contains("whole network at W4: output error 0.250 fitted, 0.750 plain; fitted is kept")
        .contains(
            "whole network at W8 and W4: output error 0.500 fitted, 0.250 plain; it answers no")
        .contains("whole network at W4 in blocks of 32: output error 0.500 fitted, 0.750 plain;")
        .contains("whole network at W8 and W4 in blocks of 128: output error 0.500 fitted");
  }
}
