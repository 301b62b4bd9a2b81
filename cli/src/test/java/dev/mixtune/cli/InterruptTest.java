package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.results.StudyReader;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ctrl-C in the middle of the search: everything is saved and the best plan so far written. */
class InterruptTest {
  @TempDir Path temp;

  @Test
  void theBestPlanSoFarIsWrittenAndResumeGoesOn() {
    Path study = temp.resolve("study");
    AtomicBoolean interrupted = new AtomicBoolean();
    String[] arguments = {
      "--target", "pixel8", "--max-drop", "1%", "--max-evaluations", "40", "--out", study.toString()
    };

    Tune stopped = Tune.run(new PressesCtrlC(interrupted, study, 6), interrupted, arguments);

    assertThat(stopped.err()).isEmpty();
    assertThat(stopped.exitCode()).isEqualTo(ExitCodes.STOPPED);
    assertThat(stopped.out()).contains("not certified").contains("resume");
    assertThat(study.resolve("chosen.onnx")).exists();
    assertThat(study.resolve("frontier.json")).exists();
    assertThat(study.resolve("report.html")).exists();

    Tune resumed = Tune.run("resume", study.toString());

    assertThat(resumed.err()).isEmpty();
    assertThat(resumed.exitCode()).isEqualTo(ExitCodes.DONE);
    assertThat(resumed.out()).contains("is certified");
  }

  /** A clock that stands for the user: once enough is recorded, it presses Ctrl-C. */
  private static final class PressesCtrlC extends Clock {
    private final AtomicBoolean interrupted;
    private final Path study;
    private final int rows;

    PressesCtrlC(AtomicBoolean interrupted, Path study, int rows) {
      this.interrupted = interrupted;
      this.study = study;
      this.rows = rows;
    }

    @Override
    public Instant instant() {
      if (!interrupted.get() && study.resolve("study.db").toFile().exists()) {
        try (StudyReader reader = StudyReader.open(study.resolve("study.db"))) {
          interrupted.set(reader.count() >= rows);
        } catch (dev.mixtune.engine.UserException e) {
          return Instant.now(); // The first moments of a database, before its tables are there.
        }
      }
      return Instant.now();
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
