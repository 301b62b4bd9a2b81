package dev.mixtune.results.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mixtune.search.table.FullTable;
import dev.mixtune.search.table.TablePoint;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FullTableFileTest {
  private final FullTableFile.Header header =
      new FullTableFile.Header(
          "tiny",
          "m",
          "r",
          "ort",
          "s",
          100,
          90,
          List.of("w8a8", "w4a8"),
          List.of(List.of(8.0, 4.0), List.of(80.0, 40.0)));

  @TempDir private Path folder;

  @Test
  void goesOnWhereItStopped() {
    Path file = folder.resolve("table.gz");
    FullTableFile table = FullTableFile.empty(header);
    table.put(0, new int[] {91, 89});
    table.write(file);
    FullTableFile again = FullTableFile.read(file);
    assertThat(again.header()).isEqualTo(header);
    assertThat(again.knows(0, 2)).isTrue();
    assertThat(again.knows(2, 2)).isFalse();
    assertThatThrownBy(() -> again.table(0.03)).hasMessageContaining("unfinished");
    again.put(2, new int[] {90, 80});
    FullTable whole = again.table(0.03);
    assertThat(whole.damage(new int[] {0, 1})).isCloseTo(0.01, within(1e-12));
    assertThat(whole.damage(new int[] {1, 1})).isCloseTo(0.1, within(1e-12));
    assertThat(whole.bestKnownFront())
        .extracting(TablePoint::cost)
        .containsExactly(44.0, 48.0, 84.0, 88.0);
    // Of the box 44..88 bytes and 0..3 points: (48, 1 point) and (84, 0) count.
    assertThat(whole.box().of(whole.bestKnownFront()))
        .isCloseTo((40 / 44.0) * (2 / 3.0) + (4 / 44.0) / 3, within(1e-9));
  }

  @Test
  void theBoxIsThatOfTheUniformPlansEvenWhereNarrowLayersAreLarger() {
    FullTableFile table =
        FullTableFile.empty(
            new FullTableFile.Header(
                "tiny",
                "m",
                "r",
                "ort",
                "s",
                100,
                90,
                List.of("w8a8", "w4a8"),
                List.of(List.of(8.0, 12.0), List.of(80.0, 40.0))));
    table.put(0, new int[] {90, 89, 90, 88});
    FullTable whole = table.table(0.03);
    assertThat(whole.box().referenceCost()).isEqualTo(88);
    assertThat(whole.box().idealCost()).isEqualTo(52);
    // (48, 1 point) lies beyond the ideal's size: its whole width counts, but not more.
    assertThat(whole.box().of(whole.bestKnownFront())).isCloseTo(2 / 3.0, within(1e-9));
  }
}
