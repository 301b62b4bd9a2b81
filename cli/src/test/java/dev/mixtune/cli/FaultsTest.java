package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mixtune.engine.UserException;
import dev.mixtune.results.StudyReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What may happen to a study in the night really happens to it here. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class FaultsTest {
  @TempDir static Path temp;
  private static UndisturbedStudy whole;

  @BeforeAll
  static void runUndisturbed() {
    whole = UndisturbedStudy.get();
  }

  @Test
  void workersThatAreKilledCostNothing() throws IOException {
    Path study = temp.resolve("workers-killed");
    List<Long> killed = new ArrayList<>();
    Tune tune =
        Tune.run(
            new At(
                study,
                10,
                () ->
                    ProcessHandle.current()
                        .children()
                        .forEach(
                            child -> {
                              killed.add(child.pid());
                              child.destroyForcibly();
                            })),
            new AtomicBoolean(),
            whole.elsewhere(study));
    assertThat(tune.err()).isEmpty();
    assertThat(tune.exitCode()).isEqualTo(whole.exitCode());
    assertThat(killed).isNotEmpty();
    whole.assertSame(study);
  }

  @Test
  void twoThreadsWithoutWorkerProcessesGiveTheFrontierOfOneWorker() throws IOException {
    Path study = temp.resolve("in-process");
    Tune tune = Tune.run(whole.elsewhere(study, "--in-process"));
    assertThat(tune.exitCode()).isEqualTo(whole.exitCode());
    whole.assertSame(study);
  }

  /** A scheduler's signal goes to the process alone, or to all of its workers too. */
  @Test
  void theBestPlanIsWrittenWhenTheProcessIsTerminated() throws Exception {
    Path study = temp.resolve("terminated");
    StudyProcess process =
        StudyProcess.start(study, temp.resolve("terminated.txt"), List.of(whole.elsewhere(study)));
    process.awaitRows(8);
    process.process().descendants().forEach(ProcessHandle::destroy);
    process.process().destroy();
    assertThat(process.exitCode()).isEqualTo(ExitCodes.STOPPED);
    assertThat(process.text()).doesNotContain("not everything could be written");
    assertThat(study.resolve("chosen.onnx")).exists();
    assertThat(study.resolve("report.html")).exists();

    Tune status = Tune.run("status", study.toString());
    assertThat(status.out()).contains("ended with exit code 130");
    Tune resumed = Tune.run("resume", study.toString());
    assertThat(resumed.exitCode()).isEqualTo(whole.exitCode());
    whole.assertSame(study);
  }

  /** From then on no file may grow beyond a few bytes: as on a full disk, writing fails midway. */
  @Test
  void aDiskThatFillsUpEndsTheStudyInOneLineAndNothingRecordedIsLost() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/prlimit")), "no prlimit here");
    Path study = temp.resolve("full");
    StudyProcess process =
        StudyProcess.start(study, temp.resolve("full.txt"), List.of(whole.elsewhere(study)));
    process.awaitRows(4);
    new ProcessBuilder(
            "/usr/bin/prlimit", "--pid", Long.toString(process.process().pid()), "--fsize=8192")
        .start()
        .waitFor();
    int code = process.exitCode();
    assertThat(code).as(process.text()).isEqualTo(ExitCodes.USER);
    assertThat(process.text()).contains("cannot").contains("space").doesNotContain("\tat ");

    Tune resumed = Tune.run("resume", study.toString());
    assertThat(resumed.exitCode()).as(resumed.err()).isEqualTo(whole.exitCode());
    whole.assertSame(study);
  }

  @Test
  void aFolderThatCannotBeWrittenIsRefused() {
    assumeTrue(Files.isDirectory(Path.of("/proc/self")), "no /proc here");
    Tune tune = Tune.run(whole.elsewhere(Path.of("/proc/mixtune-study")));
    assertThat(tune.exitCode()).isEqualTo(ExitCodes.USER);
    assertThat(tune.err()).contains("/proc/mixtune-study").contains("--out");
  }

  @Test
  void aFolderThatVanishesEndsTheStudyInOneLine() {
    Path study = temp.resolve("vanished");
    Tune tune =
        Tune.run(
            new At(study, 6, () -> remove(study)), new AtomicBoolean(), whole.elsewhere(study));
    assertThat(tune.exitCode()).isEqualTo(ExitCodes.USER);
    assertThat(tune.err()).contains("has vanished").hasLineCount(1);
  }

  @Test
  void aSecondProcessOnTheSameStudyIsRefusedAndTheFirstGoesOn() throws Exception {
    Path study = temp.resolve("shared");
    StudyProcess first =
        StudyProcess.start(study, temp.resolve("shared.txt"), List.of(whole.elsewhere(study)));
    first.awaitRows(1);
    Tune status = Tune.run("status", study.toString(), "--json");
    assertThat(status.out()).contains("\"alive\":true");
    Tune second = Tune.run("resume", study.toString());
    assertThat(second.exitCode()).isEqualTo(ExitCodes.USER);
    assertThat(second.err()).contains("in use by process " + first.process().pid());
    assertThat(first.exitCode()).isEqualTo(whole.exitCode());
    whole.assertSame(study);
  }

  private static void remove(Path folder) {
    try {
      UndisturbedStudy.remove(folder);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** A clock that does something once, when enough is recorded. */
  private static final class At extends Clock {
    private final Path study;
    private final int rows;
    private final Runnable action;
    private boolean done;

    At(Path study, int rows, Runnable action) {
      this.study = study;
      this.rows = rows;
      this.action = action;
    }

    @Override
    public synchronized Instant instant() {
      if (!done && Files.exists(study.resolve("study.db"))) {
        try (StudyReader reader = StudyReader.open(study.resolve("study.db"))) {
          if (reader.count() >= rows) {
            done = true;
            action.run();
          }
        } catch (UserException e) {
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
