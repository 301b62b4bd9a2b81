package dev.mixtune.hardware.emulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.data.Percentage.withPercentage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The committed counts against a table that another plugin made, and against arithmetic. */
class EmulatedCountsTest {
  private static final Map<String, String> SCHEMES =
      Map.of(
          "fp32", "f32",
          "int8", "w8a8",
          "int8 static", "w8a8",
          "int8 dynamic", "w8a8d",
          "int4 stored + cast to int8", "w4a8",
          "int4 stored + cast to int8 static", "w4a8",
          "MatMulNBits 8 acc 4", "w8b",
          "MatMulNBits 4 acc 4", "w4b",
          "MatMulNBits 2 acc 4", "w2b");

  private static final Map<String, String> NETWORKS =
      Map.of(
          "ResNet-20 32x32 batch 1", "resnet20",
          "MobileNetV2 224x224 batch 1", "mobilenetv2",
          "ResNet-18 224x224 batch 1", "resnet18",
          "3 x Conv 3x3 64->64 16x16", "three-convolutions",
          "3 x MatMul 512x512 M=1", "three-products-1",
          "3 x MatMul 512x512 M=64", "three-products-64");

  /** Rows of another INT8 file, or whose USDOT the other plugin took for something else. */
  private static final List<String> OTHER_KINDS =
      List.of("resnet18 w8a8", "three-products-1 w8b", "three-products-64 w8b");

  private final CommittedCounts counts = new CommittedCounts("pixel8");

  EmulatedCountsTest() throws IOException {}

  private record Row(String name, double[] millions) {}

  private static List<Row> reference() throws IOException {
    List<Row> rows = new ArrayList<>();
    for (String line : Files.readAllLines(Path.of("evidence", "aarch64-instructions.csv"))) {
      String[] fields = line.split(",");
      if (!fields[0].equals("workload")) {
        double[] millions = new double[8];
        for (int i = 0; i < millions.length; i++) {
          millions[i] = Double.parseDouble(fields[i + 2]);
        }
        rows.add(new Row(NETWORKS.get(fields[0]) + " " + SCHEMES.get(fields[1]), millions));
      }
    }
    return rows;
  }

  /** What kernels execute beside scalar code: nothing else in the process uses it. */
  @Test
  void multipliesAndLoadsAreThoseOfTheEarlierTable() throws IOException {
    int compared = 0;
    for (Row row : reference()) {
      double[] own = counts.network(row.name());
      assertThat(own).as(row.name()).isNotNull();
      compared += 2;
      close(row, "loads", row.millions()[5], own[CommittedCounts.VECTOR_LOAD]);
      if (!row.name().endsWith("w8b")) {
        double multiplies =
            own[CommittedCounts.FMLA]
                + own[CommittedCounts.DOT]
                + own[CommittedCounts.MATRIX]
                + own[CommittedCounts.WIDENING];
        double theirs =
            row.millions()[1] + row.millions()[2] + row.millions()[3] + row.millions()[4];
        close(row, "multiplies", theirs, multiplies);
      }
    }
    assertThat(compared).isEqualTo(44);
  }

  private static void close(Row row, String kind, double millions, double own) {
    // Within 5 %, and half of the table's last digit.
    assertThat(own / 1e6)
        .as(row.name() + " " + kind)
        .isCloseTo(millions, offset(0.05 * millions + 0.005));
  }

  @Test
  void otherVectorInstructionsAreThoseOfTheEarlierTable() throws IOException {
    int within = 0;
    int rows = 0;
    for (Row row : reference()) {
      if (!OTHER_KINDS.contains(row.name())) {
        double own = counts.network(row.name())[CommittedCounts.VECTOR_OTHER] / 1e6;
        rows++;
        within += Math.abs(own - row.millions()[7]) <= 0.05 * row.millions()[7] + 0.005 ? 1 : 0;
      }
    }
    assertThat(rows).isEqualTo(19);
    assertThat(within).isGreaterThanOrEqualTo(15);
  }

  /** The earlier totals hold what the virtual machine did meanwhile; these do not. */
  @Test
  void mostTotalsAreThoseOfTheEarlierTable() throws IOException {
    int within = 0;
    for (Row row : reference()) {
      double total = counts.network(row.name())[CommittedCounts.ALL] / 1e6;
      boolean close = Math.abs(total / row.millions()[0] - 1) <= 0.05;
      within += close ? 1 : 0;
      if (!close && !row.name().equals("resnet18 w8a8")) {
        assertThat(total).as(row.name()).isCloseTo(row.millions()[0], within(1.0));
      }
    }
    assertThat(within).isGreaterThanOrEqualTo(14);
  }

  /** Lanes: 4 floats per FMLA, 16 bytes per dot product, 32 per SMMLA, 8 per widening multiply. */
  @ParameterizedTest
  @CsvSource({
    "resnet20 f32, 40813184",
    "resnet20 w8a8, 40813184",
    "resnet18 f32, 1814073344",
    "resnet18 w8a8, 1814073344",
    "mobilenetv2 f32, 300774272",
    "mobilenetv2 w8a8, 300774272",
    "three-convolutions f32, 28311552",
    "three-convolutions w8a8, 28311552",
    "three-convolutions w4a8, 28311552",
    "three-products-64 f32, 50331648",
    "three-products-64 w8a8, 50331648",
    "three-products-64 w8a8d, 50331648"
  })
  void multipliesTimesLanesAreTheProductsOfTheNetwork(String name, double macs) {
    double[] own = counts.network(name);
    double lanes =
        4 * own[CommittedCounts.FMLA]
            + 16 * own[CommittedCounts.DOT]
            + 32 * own[CommittedCounts.MATRIX]
            + 8 * own[CommittedCounts.WIDENING];
    // Tiles at the edges of images of 7x7 and 14x14 are computed whole.
    boolean small = name.startsWith("mobilenetv2") || name.startsWith("resnet18");
    assertThat(lanes).isCloseTo(macs, withPercentage(small ? 5 : 1.5));
  }

  /** A Cortex-A76 has no SMMLA: its counts are its own. */
  @ParameterizedTest
  @ValueSource(strings = {"conv 64-64 k3 s1 g1 @16 w8a8", "matmul 512-512 k1 s1 g1 @64 w8a8"})
  void thePiMultipliesWithDotProductsOnly(String probe) throws IOException {
    CountTable pi = CountTable.read(Path.of("evidence", "raspberrypi5-counts.csv"));
    InstructionMix mix = pi.kernel(Probe.parse(probe)).orElseThrow();
    assertThat(mix.matrix()).isZero();
    assertThat(16 * mix.dot()).isCloseTo(Probe.parse(probe).use().macs(), withPercentage(3));
  }
}
