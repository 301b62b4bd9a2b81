package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.engine.UserException;
import dev.mixtune.hardware.TimingLock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A stop that comes while another study has its turn at timing. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class InterruptedWaitTest {
  private static final int EVALUATIONS = 2;
  private static final long MOST_SECONDS = 10;

  @TempDir Path temp;

  @Test
  void theBestPlanSoFarIsWrittenWithinTenSeconds() throws Exception {
    Path study = temp.resolve("study");
    StudyProcess process =
        StudyProcess.start(
            study,
            temp.resolve("printed.txt"),
            List.of("-Djava.io.tmpdir=" + temp),
            List.of(
                "--task", SmallTask.in(temp).toString(),
                "--target", "host",
                "--max-drop", "5%",
                "--budget", "2m",
                "--out", study.toString()));
    process.awaitRows(EVALUATIONS);

    boolean ended =
        new TimingLock(
                temp.resolve("mixtune-timing.lock"), Duration.ofMillis(1), () -> {}, () -> false)
            .hold(() -> endsWhileItWaits(process));

    assertThat(ended).as(process.text()).isTrue();
    assertThat(process.exitCode()).as(process.text()).isEqualTo(ExitCodes.STOPPED);
    assertThat(study.resolve("chosen.onnx")).exists();
    assertThat(study.resolve("frontier.json")).exists();
    assertThat(process.text()).contains("waits for its turn", "resume").doesNotContain("bug");
  }

  private static boolean endsWhileItWaits(StudyProcess study) {
    try {
      while (!study.text().contains("waits for its turn")) {
        if (study.process().waitFor(20, TimeUnit.MILLISECONDS)) {
          return false;
        }
      }
      study.process().destroy(); // SIGTERM, which is treated as Ctrl-C is.
      return study.process().waitFor(MOST_SECONDS, TimeUnit.SECONDS);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UserException("interrupted", "Run the test again", e);
    }
  }
}
