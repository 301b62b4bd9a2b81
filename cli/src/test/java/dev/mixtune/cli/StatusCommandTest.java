package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatusCommandTest {
  private static final long NOW = 1_800_000_000_000L;

  @TempDir Path temp;

  private JsonNode written(boolean ended) throws IOException {
    Path file = temp.resolve("progress.json");
    Clock clock = Clock.fixed(Instant.ofEpochMilli(NOW), ZoneOffset.UTC);
    try (ProgressFile progress = new ProgressFile(file, clock, NOW - 5000)) {
      progress.search(
          new SearchFigures(
              120, 2.5, 14, 0.93, new SearchFigures.Best("p1", 0.38, 41_000, 0.004, 0.009)));
      progress.progress("search", 0.25, Duration.ofSeconds(90), "120 candidates");
      if (ended) {
        progress.ended(3);
      }
    }
    return new ObjectMapper().readTree(Files.readAllBytes(file));
  }

  @Test
  void theFileSaysWhereTheStudyStands() throws IOException {
    JsonNode progress = written(false);
    assertThat(progress.path("schemaVersion").asInt()).isEqualTo(1);
    assertThat(progress.path("phase").asText()).isEqualTo("search");
    assertThat(progress.path("fraction").asDouble()).isEqualTo(0.25);
    assertThat(progress.path("secondsLeft").asInt()).isEqualTo(90);
    assertThat(progress.path("search").path("hypervolume").asDouble()).isEqualTo(0.93);
    assertThat(progress.path("search").path("best").path("sizeBytes").asLong()).isEqualTo(41_000);
    assertThat(progress.path("process").asLong()).isEqualTo(ProcessHandle.current().pid());
  }

  @Test
  void aLivingProcessRunsAndOneThatIsGoneDoesNot() throws Exception {
    JsonNode progress = written(false);
    String here = ProgressFile.machine();
    assertThat(StatusCommand.life(progress, NOW + 9_000, here))
        .isEqualTo(StatusCommand.Life.RUNNING);
    assertThat(StatusCommand.life(progress, NOW + 61_000, here)).isEqualTo(StatusCommand.Life.DEAD);
    Process gone = new ProcessBuilder("true").start();
    gone.waitFor();
    ((com.fasterxml.jackson.databind.node.ObjectNode) progress).put("process", gone.pid());
    assertThat(StatusCommand.life(progress, NOW, here)).isEqualTo(StatusCommand.Life.DEAD);
    // Of another machine's processes nothing is known but that they wrote lately.
    assertThat(StatusCommand.life(progress, NOW, "elsewhere"))
        .isEqualTo(StatusCommand.Life.RUNNING);
    // Its clock may be ahead of ours.
    assertThat(StatusCommand.life(progress, NOW - 3_600_000, "elsewhere"))
        .isEqualTo(StatusCommand.Life.RUNNING);
  }

  @Test
  void aStudyThatEndedIsNotRunning() throws IOException {
    assertThat(StatusCommand.life(written(true), NOW, ProgressFile.machine()))
        .isEqualTo(StatusCommand.Life.ENDED);
  }

  @Test
  void aFolderWithoutAStudyIsRefused() {
    Tune tune = Tune.run("status", temp.toString());
    assertThat(tune.exitCode()).isEqualTo(ExitCodes.USER);
    assertThat(tune.err()).contains("holds no study");
  }
}
