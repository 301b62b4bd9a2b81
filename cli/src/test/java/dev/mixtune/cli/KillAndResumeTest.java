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
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** SIGKILL in the middle costs nothing: the resumed study is the undisturbed one. */
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

    boolean hasCome(List<RecordedEvaluation> rows) {
      return this == IN_THE_SEARCH
          ? rows.size() >= 12
          : rows.stream().anyMatch(row -> row.evaluation().rounding() == Rounding.CONTEXT);
    }
  }

  @ParameterizedTest
  @EnumSource
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  void resumeAfterKillGivesTheSameFrontier(Moment moment) throws Exception {
    Path killed = temp.resolve("killed-" + moment);
    Path printed = temp.resolve("printed-" + moment + ".txt");
    Process process = start(killed, printed);
    List<RecordedEvaluation> before = killAt(process, killed, printed, moment);

    Tune resumed = Tune.run("resume", killed.toString());
    assertThat(resumed.err()).isEmpty();

    assertThat(resumed.exitCode()).isEqualTo(undisturbed.exitCode());
    assertThat(Files.readAllBytes(killed.resolve("frontier.json")))
        .isEqualTo(Files.readAllBytes(whole.resolve("frontier.json")));
    assertThat(Files.readAllBytes(killed.resolve("chosen.onnx")))
        .isEqualTo(Files.readAllBytes(whole.resolve("chosen.onnx")));
    // Rows carry the time at which they were recorded: an evaluation made again would change it.
    List<RecordedEvaluation> after = rows(killed);
    if (moment == Moment.IN_THE_SEARCH) {
      assertThat(after).hasSizeGreaterThan(before.size());
    }
    // Few plans are rounded in context: a slow machine may see the moment after the last of them.
    assertThat(after).hasSizeGreaterThanOrEqualTo(before.size());
    assertThat(after.subList(0, before.size())).isEqualTo(before);
    assertThat(fileNames(killed.resolve("points"))).isEqualTo(fileNames(whole.resolve("points")));
  }

  private static List<String> fileNames(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static Process start(Path out, Path printed) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-Dmixtune.home=" + Tune.ROOT,
                "-Djava.awt.headless=true",
                "dev.mixtune.cli.Main"));
    command.addAll(List.of(with(STUDY, "--out", out.toString())));
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
      Process process, Path study, Path printed, Moment moment)
      throws InterruptedException, IOException {
    while (!Files.exists(study.resolve("study.db")) || !moment.hasCome(rowsSoFar(study))) {
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
