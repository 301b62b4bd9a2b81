package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.results.StudyReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A study whose budget is spent still knows everything that it paid for. */
class SpentBudgetTest {
  @TempDir Path temp;

  @Test
  void resumeAfterTheBudgetFindsTheSameFrontier() throws IOException {
    Path study = temp.resolve("study");
    Tune run =
        Tune.run(
            new Leaps(study, 40),
            new AtomicBoolean(),
            "--target",
            "pixel8",
            "--max-drop",
            "1%",
            "--budget",
            "30m",
            "--out",
            study.toString());
    byte[] frontier = Files.readAllBytes(study.resolve("frontier.json"));

    Tune resumed = Tune.run("resume", study.toString());

    assertThat(run.err() + resumed.err()).isEmpty();
    assertThat(run.out()).contains("ended by budget");
    assertThat(resumed.exitCode()).isEqualTo(run.exitCode());
    assertThat(Files.readAllBytes(study.resolve("frontier.json"))).isEqualTo(frontier);
  }

  /** A clock that leaps to where the search's time is over, once enough is recorded. */
  private static final class Leaps extends Clock {
    private final Path study;
    private final int rows;
    private Duration ahead = Duration.ZERO;

    Leaps(Path study, int rows) {
      this.study = study;
      this.rows = rows;
    }

    @Override
    public synchronized Instant instant() {
      if (ahead.isZero() && study.resolve("study.db").toFile().exists()) {
        try (StudyReader reader = StudyReader.open(study.resolve("study.db"))) {
          if (reader.count() >= rows) {
            ahead = Duration.ofMinutes(26);
          }
        } catch (dev.mixtune.engine.UserException e) {
          return Instant.now(); // The first moments of a database, before its tables are there.
        }
      }
      return Instant.now().plus(ahead);
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }
}
