package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.results.RecordedEvaluation;
import dev.mixtune.results.StudyReader;
import dev.mixtune.search.Rounding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * SIGKILL in the middle costs nothing: the resumed study is the undisturbed one. Nor does it matter
 * how often it is stopped, or how many work on it.
 */
class KillAndResumeTest {
  private static final String[] STUDY = {
    "--target", "pixel8", "--max-drop", "2%", "--max-evaluations", "48", "--seed", "5"
  };

  @TempDir static Path temp;
  private static Path whole;
  private static Tune undisturbed;

  @BeforeAll
  static void runUndisturbed() {
    SmallExample.task(temp);
    whole = temp.resolve("whole");
    undisturbed = Tune.run(with(STUDY, "--workers", "1", "--out", whole.toString()));
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
          ? rows.size() >= 12 + 8 * stops
          : rows.stream().anyMatch(row -> row.evaluation().rounding() == Rounding.CONTEXT);
    }
  }

  @Test
  void twoWorkersGiveTheFrontierOfOne() throws IOException {
    Path two = temp.resolve("two");
    Tune tune = Tune.run(with(STUDY, "--workers", "2", "--out", two.toString()));
    assertThat(tune.exitCode()).isEqualTo(undisturbed.exitCode());
    assertSameResult(two);
  }

  @Test
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  void threeStopsInTheSearchGiveTheSameFrontier() throws Exception {
    Path study = temp.resolve("stopped");
    Path printed = temp.resolve("printed.txt");
    List<String> command = List.of(with(STUDY, "--workers", "2", "--out", study.toString()));
    List<RecordedEvaluation> before = List.of();
    for (int stops = 0; stops < 3; stops++) {
      Process process = start(printed, command);
      List<RecordedEvaluation> rows = killAt(process, study, printed, Moment.IN_THE_SEARCH, stops);
      // Rows carry the time at which they were recorded: an evaluation made again would change it.
      assertThat(rows).hasSizeGreaterThan(before.size());
      assertThat(rows.subList(0, before.size())).isEqualTo(before);
      before = rows;
      command = List.of("resume", study.toString());
    }
    Tune resumed = Tune.run("resume", study.toString());
    assertThat(resumed.err()).isEmpty();
    assertThat(resumed.exitCode()).isEqualTo(undisturbed.exitCode());
    List<RecordedEvaluation> after = rows(study);
    assertThat(after).hasSizeGreaterThan(before.size());
    assertThat(after.subList(0, before.size())).isEqualTo(before);
    assertSameResult(study);
  }

  @Test
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  void aStopWhilePlansAreRoundedInContextGivesTheSameFrontier() throws Exception {
    Path killed = temp.resolve("killed");
    Path printed = temp.resolve("printed-context.txt");
    Process process = start(printed, List.of(with(STUDY, "--out", killed.toString())));
    List<RecordedEvaluation> before =
        killAt(process, killed, printed, Moment.WHILE_PLANS_ARE_ROUNDED_IN_CONTEXT, 0);
    Tune resumed = Tune.run("resume", killed.toString());
    assertThat(resumed.err()).isEmpty();
    assertThat(resumed.exitCode()).isEqualTo(undisturbed.exitCode());
    // Few plans are rounded in context: a slow machine may see the moment after the last of them.
    List<RecordedEvaluation> after = rows(killed);
    assertThat(after).hasSizeGreaterThanOrEqualTo(before.size());
    assertThat(after.subList(0, before.size())).isEqualTo(before);
    assertSameResult(killed);
  }

  private static void assertSameResult(Path study) throws IOException {
    assertThat(Files.readAllBytes(study.resolve("frontier.json")))
        .isEqualTo(Files.readAllBytes(whole.resolve("frontier.json")));
    assertThat(Files.readAllBytes(study.resolve("chosen.onnx")))
        .isEqualTo(Files.readAllBytes(whole.resolve("chosen.onnx")));
    assertThat(fileNames(study.resolve("points"))).isEqualTo(fileNames(whole.resolve("points")));
  }

  private static List<String> fileNames(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static Process start(Path printed, List<String> arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-Dmixtune.home=" + Tune.ROOT,
                "-Djava.awt.headless=true",
                "dev.mixtune.cli.Main"));
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(printed.toFile());
    // Surefire hides the class path in a jar of its own.
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    builder.environment().put("CLASSPATH", classPath);
    return builder.start();
  }

  /** Kills the process once the moment has come, and returns what is on disk then. */
  private static List<RecordedEvaluation> killAt(
      Process process, Path study, Path printed, Moment moment, int stops)
      throws InterruptedException, IOException {
    while (!Files.exists(study.resolve("study.db")) || !moment.hasCome(rowsSoFar(study), stops)) {
      assertThat(process.waitFor(100, TimeUnit.MILLISECONDS))
          .as("ended too early: %s", Files.readString(printed))
          .isFalse();
    }
    process.destroyForcibly().waitFor();
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

  private static String[] with(String[] arguments, String... more) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of(more));
    all.addAll(List.of("--task", temp.resolve("task.yaml").toString()));
    return all.toArray(String[]::new);
  }
}
