package dev.mixtune.hardware.profiler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mixtune.engine.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ObservationFileTest {
  private static final ObservationFile.Header HEADER =
      new ObservationFile.Header("a board", "a runtime", 1, 1000, "2026-01-01");
  private static final List<Observation> SOME = SyntheticDevice.observations(5, 3);

  @TempDir Path folder;

  @Test
  void keepsWhatWasMeasured() {
    Path file = folder.resolve("board.json.runs");
    try (ObservationFile runs = ObservationFile.open(file, HEADER)) {
      SOME.forEach(runs::add);
    }
    ObservationFile.Header later =
        new ObservationFile.Header("a board", "a runtime", 1, 1100, "2026-02-02");
    try (ObservationFile runs = ObservationFile.open(file, later)) {
      assertThat(runs.observations()).isEqualTo(SOME);
      assertThat(runs.has(SOME.get(2).id())).isTrue();
      assertThat(runs.has("another")).isFalse();
      // Times are relative to the anchor as it was at the beginning.
      assertThat(runs.header()).isEqualTo(HEADER);
    }
  }

  @Test
  void aLineCutOffByAKillDoesNotCount() throws IOException {
    Path file = folder.resolve("board.json.runs");
    try (ObservationFile runs = ObservationFile.open(file, HEADER)) {
      runs.add(SOME.get(0));
    }
    Files.writeString(file, "{\"id\":\"x@f32\",\"kern", StandardOpenOption.APPEND);
    try (ObservationFile runs = ObservationFile.open(file, HEADER)) {
      assertThat(runs.observations()).containsExactly(SOME.get(0));
      runs.add(SOME.get(1));
    }
    try (ObservationFile runs = ObservationFile.open(file, HEADER)) {
      assertThat(runs.observations()).containsExactly(SOME.get(0), SOME.get(1));
    }
  }

  @Test
  void anotherMachineMayNotGoOn() {
    Path file = folder.resolve("board.json.runs");
    ObservationFile.open(file, HEADER).close();
    ObservationFile.Header other =
        new ObservationFile.Header("another board", "a runtime", 1, 1000, "2026-01-01");
    assertThatThrownBy(() -> ObservationFile.open(file, other))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("a board")
        .hasMessageContaining("another board");
  }
}
