package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.results.RecordedEvaluation;
import dev.mixtune.results.StudyReader;
import dev.mixtune.search.Rounding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * SIGKILL in the middle costs nothing: the resumed study is the undisturbed one. Nor does it matter
 * how often it is stopped, or how many work on it.
 */
class KillAndResumeTest {
  @TempDir static Path temp;
  private static UndisturbedStudy whole;

  @BeforeAll
  static void runUndisturbed() {
    whole = UndisturbedStudy.get();
  }

  /** When to kill. */
  enum Moment {
    IN_THE_SEARCH,
    WHILE_PLANS_ARE_ROUNDED_IN_CONTEXT;

    /**
     * Whether it has come.
     *
     * @param stops how often the study was stopped before
     */
    boolean hasCome(List<RecordedEvaluation> rows, int stops) {
      return this == IN_THE_SEARCH
          ? rows.size() >= 5 + 5 * stops
          : rows.stream().anyMatch(row -> row.evaluation().rounding() == Rounding.CONTEXT);
    }
  }

  @Test
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  void twoStopsInTheSearchGiveTheSameFrontier() throws Exception {
    Path study = temp.resolve("stopped");
    Path printed = temp.resolve("printed.txt");
    List<String> command = List.of(whole.elsewhere(study));
    List<RecordedEvaluation> before = List.of();
    for (int stops = 0; stops < 2; stops++) {
      StudyProcess process = StudyProcess.start(study, printed, command);
      List<RecordedEvaluation> rows = killAt(process, Moment.IN_THE_SEARCH, stops);
      // Rows carry the time at which they were recorded: an evaluation made again would change it.
      assertThat(rows).hasSizeGreaterThan(before.size());
      assertThat(rows.subList(0, before.size())).isEqualTo(before);
      before = rows;
      command = List.of("resume", study.toString());
    }
    Tune resumed = Tune.run("resume", study.toString());
    assertThat(resumed.err()).isEmpty();
    assertThat(resumed.exitCode()).isEqualTo(whole.exitCode());
    List<RecordedEvaluation> after = rows(study);
    assertThat(after).hasSizeGreaterThan(before.size());
    assertThat(after.subList(0, before.size())).isEqualTo(before);
    whole.assertSame(study);
  }

  @Test
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  void aStopWhilePlansAreRoundedInContextGivesTheSameFrontier() throws Exception {
    Path killed = temp.resolve("killed");
    Path printed = temp.resolve("printed-context.txt");
    StudyProcess process = StudyProcess.start(killed, printed, List.of(whole.elsewhere(killed)));
    List<RecordedEvaluation> before = killAt(process, Moment.WHILE_PLANS_ARE_ROUNDED_IN_CONTEXT, 0);
    Tune resumed = Tune.run("resume", killed.toString());
    assertThat(resumed.err()).isEmpty();
    assertThat(resumed.exitCode()).isEqualTo(whole.exitCode());
    // Few plans are rounded in context: a slow machine may see the moment after the last of them.
    List<RecordedEvaluation> after = rows(killed);
    assertThat(after).hasSizeGreaterThanOrEqualTo(before.size());
    assertThat(after.subList(0, before.size())).isEqualTo(before);
    whole.assertSame(killed);
  }

  /** Kills the process once the moment has come, and returns what is on disk then. */
  private static List<RecordedEvaluation> killAt(StudyProcess process, Moment moment, int stops)
      throws InterruptedException, IOException {
    Path study = process.study();
    while (!Files.exists(study.resolve("study.db")) || !moment.hasCome(rowsSoFar(study), stops)) {
      assertThat(process.process().waitFor(100, TimeUnit.MILLISECONDS))
          .as("ended too early: %s", process.text())
          .isFalse();
    }
    process.process().destroyForcibly().waitFor();
    return rows(study);
  }

  private static List<RecordedEvaluation> rowsSoFar(Path study) {
    try {
      return rows(study);
    } catch (dev.mixtune.engine.UserException e) {
      return List.of(); // The first moments of a database, before its tables are there.
    }
  }

  private static List<RecordedEvaluation> rows(Path study) {
    try (StudyReader reader = StudyReader.open(study.resolve("study.db"))) {
      return reader.rows();
    }
  }
}
