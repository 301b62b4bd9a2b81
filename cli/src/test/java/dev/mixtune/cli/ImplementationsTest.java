package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.cli.Implementations.Alternative;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.OperatorKind;
import dev.mixtune.engine.Scheme;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
