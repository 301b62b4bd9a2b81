package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.cli.Implementations.Alternative;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.OperatorKind;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImplementationsTest {
  private static final Layer LAYER =
      new Layer(
          3,
          "fc",
          OperatorKind.MATMUL,
          "fc",
          List.of(8L, 4L),
          List.of(1L, 8L),
          List.of(1L, 4L),
          32,
          32);

  private static Alternative alternative(Scheme scheme, double time, double error) {
    return new Alternative(3, scheme.id(), time, error);
  }

  /** Times and errors of static, dynamic and block-wise 8 bits, and which of them is taken. */
  @ParameterizedTest
  @CsvSource({
    // The block-wise one is more accurate and slower: speed decides among those good enough.
    "0.30, 0.020, 0.40, 0.018, 0.80, 0.002, w8a8",
    // Faster and no worse.
    "0.30, 0.020, 0.20, 0.021, 0.80, 0.002, w8a8d",
    // Faster but worse.
    "0.30, 0.020, 0.20, 0.030, 0.80, 0.002, w8a8",
    // As fast and more accurate.
    "0.30, 0.020, 0.31, 0.010, 0.80, 0.002, w8a8d",
    // One row at a time: blocks are the fastest.
    "0.30, 0.020, 0.31, 0.018, 0.10, 0.002, w8b"
  })
  void theFastestThatIsNotWorseIsTaken(
      double t1, double e1, double t2, double e2, double t3, double e3, String taken) {
    Implementations compared =
        new Implementations(
            List.of(
                alternative(Scheme.W8_BLOCK, t3, e3),
                alternative(Scheme.W8A8_DYNAMIC, t2, e2),
                alternative(Scheme.W8A8, t1, e1)));
    List<String> left =
        Stream.of(Scheme.W8A8, Scheme.W8A8_DYNAMIC, Scheme.W8_BLOCK)
            .filter(scheme -> !compared.isLeftOut(LAYER, scheme))
            .map(Scheme::id)
            .toList();
    assertThat(left).containsExactly(taken);
    assertThat(Implementations.read(compared.write())).isEqualTo(compared);
  }

  /** At 4 bits nothing tells static from dynamic: the width above decides. */
  @Test
  void equalsFollowTheWiderWidth() {
    List<Alternative> four =
        List.of(
            alternative(Scheme.W4A8, 0.30, 0.100), alternative(Scheme.W4A8_DYNAMIC, 0.31, 0.104));
    assertThat(new Implementations(four).isLeftOut(LAYER, Scheme.W4A8_DYNAMIC)).isTrue();
    List<Alternative> all = new ArrayList<>(four);
    all.add(alternative(Scheme.W8A8, 0.30, 0.020));
    all.add(alternative(Scheme.W8A8_DYNAMIC, 0.30, 0.010));
    Implementations compared = new Implementations(all);
    assertThat(compared.taken(LAYER))
        .extracting(Alternative::scheme)
        .containsExactly("w8a8d", "w4a8d");
  }

  /** Times of the static kernel and of blocks of 32, 64 and 128, their errors, what is taken. */
  @ParameterizedTest
  @CsvSource({
    // One row: larger blocks are faster and good enough.
    "0.30, 0.27, 0.24, 0.22, 0.08, 0.10, 0.12, w4b128",
    // The largest ones are worse than one scale for each output.
    "0.30, 0.27, 0.24, 0.22, 0.08, 0.10, 0.16, w4b64",
    // Equally fast: the more accurate ones.
    "0.30, 0.27, 0.225, 0.22, 0.08, 0.10, 0.12, w4b64",
    // Many rows: blocks are slower, however accurate.
    "0.30, 0.80, 0.75, 0.58, 0.08, 0.10, 0.12, w4a8"
  })
  void theBlockSizeIsAChoiceOfTimeAndError(
      double t0, double t1, double t2, double t3, double e1, double e2, double e3, String taken) {
    Implementations compared =
        new Implementations(
            List.of(
                alternative(Scheme.W4A8, t0, 0.135),
                alternative(Scheme.W4_BLOCK, t1, e1),
                alternative(Scheme.W4_BLOCK_64, t2, e2),
                alternative(Scheme.W4_BLOCK_128, t3, e3)));
    assertThat(compared.taken(LAYER)).extracting(Alternative::scheme).containsExactly(taken);
    Map<Scheme, Double> ratios =
        Map.of(
            Scheme.W4A8, t0,
            Scheme.W4_BLOCK, t1,
            Scheme.W4_BLOCK_64, t2,
            Scheme.W4_BLOCK_128, t3,
            Scheme.W8A8, 0.01);
    assertThat(Implementations.mayBeTaken(Scheme.ofId(taken), ratios)).isTrue();
    assertThat(Implementations.mayBeTaken(Scheme.W4_BLOCK, ratios)).isEqualTo(t1 < t0);
  }

  /** Studies of versions without large blocks go on with the menus that they had. */
  @Test
  void olderStudiesKeepTheirMenus() {
    Implementations stored =
        Implementations.read(
            "[{\"layer\":3,\"scheme\":\"w4a8\",\"timeRatio\":0.3,\"error\":0.1},"
                + "{\"layer\":3,\"scheme\":\"w4b\",\"timeRatio\":0.2,\"error\":0.05}]");
    assertThat(stored.isLeftOut(LAYER, Scheme.W4A8)).isTrue();
    assertThat(stored.isLeftOut(LAYER, Scheme.W4_BLOCK)).isFalse();
    assertThat(stored.isLeftOut(LAYER, Scheme.W4_BLOCK_64)).isTrue();
    assertThat(stored.isLeftOut(LAYER, Scheme.W8_BLOCK_128)).isTrue();
    assertThat(Implementations.NONE.isLeftOut(LAYER, Scheme.W8_BLOCK)).isFalse();
    assertThat(Implementations.NONE.isLeftOut(LAYER, Scheme.W8_BLOCK_64)).isTrue();
    assertThat(Plan.parse("f16 w8b w4b w2b w4a8d").schemes())
        .containsExactly(
            Scheme.F16, Scheme.W8_BLOCK, Scheme.W4_BLOCK, Scheme.W2_BLOCK, Scheme.W4A8_DYNAMIC);
  }

  @Test
  void whatWasNotComparedStays() {
    Implementations compared =
        new Implementations(
            List.of(
                alternative(Scheme.W4A8, 0.3, 0.1), alternative(Scheme.W4A8_DYNAMIC, 0.2, 0.1)));
    assertThat(compared.isLeftOut(LAYER, Scheme.F16)).isFalse();
    assertThat(compared.isLeftOut(LAYER, Scheme.W8A8)).isFalse();
    assertThat(Implementations.NONE.isLeftOut(LAYER, Scheme.W4A8)).isFalse();
    assertThat(compared.isLeftOut(LAYER, Scheme.W4A8)).isTrue();
  }

  @Test
  void timesAreMeasuredOnceForEachMachine(@TempDir Path folder) throws IOException {
    assertThat(LayerTimes.open(folder, "here").ratio("a", () -> 0.25)).isEqualTo(0.25);
    assertThat(LayerTimes.open(folder, "here").ratio("a", () -> 0.5)).isEqualTo(0.25);
    assertThat(LayerTimes.open(folder, "here").ratio("b", () -> 0.5)).isEqualTo(0.5);
    assertThat(LayerTimes.open(folder, "there").ratio("a", () -> 0.75)).isEqualTo(0.75);
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.writeString(file, "{");
      }
    }
    assertThat(LayerTimes.open(folder, "here").ratio("a", () -> 0.125)).isEqualTo(0.125);
  }
}
