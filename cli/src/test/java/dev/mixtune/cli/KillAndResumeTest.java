package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.results.RecordedEvaluation;
import dev.mixtune.results.StudyReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** SIGKILL in the middle costs nothing: the resumed study is the undisturbed one. */
class KillAndResumeTest {
  private static final String[] STUDY = {
    "--target", "pixel8", "--max-drop", "1%", "--max-evaluations", "48", "--seed", "5"
  };

  @TempDir Path temp;

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void resumeAfterKillGivesTheSameFrontier() throws Exception {
    Path killed = temp.resolve("killed");
    Path printed = temp.resolve("printed.txt");
    Process process = start(killed, printed);
    List<RecordedEvaluation> before = killAfter(process, killed, printed, 12);

    Tune resumed = Tune.run("resume", killed.toString());
    assertThat(resumed.err()).isEmpty();
    Path whole = temp.resolve("whole");
    Tune undisturbed = Tune.run(with(STUDY, "--workers", "1", "--out", whole.toString()));

    assertThat(resumed.exitCode()).isEqualTo(undisturbed.exitCode());
    assertThat(Files.readAllBytes(killed.resolve("frontier.json")))
        .isEqualTo(Files.readAllBytes(whole.resolve("frontier.json")));
    assertThat(Files.readAllBytes(killed.resolve("chosen.onnx")))
        .isEqualTo(Files.readAllBytes(whole.resolve("chosen.onnx")));
    // Rows carry the time at which they were recorded: an evaluation made again would change it.
    List<RecordedEvaluation> after = rows(killed);
    assertThat(after).hasSizeGreaterThan(before.size());
    assertThat(after.subList(0, before.size())).isEqualTo(before);
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

  /** Kills the process once so many evaluations are on disk, and returns what is there then. */
  private static List<RecordedEvaluation> killAfter(
      Process process, Path study, Path printed, int rows)
      throws InterruptedException, IOException {
    while (!Files.exists(study.resolve("study.db")) || count(study) < rows) {
      assertThat(process.waitFor(100, TimeUnit.MILLISECONDS))
          .as("ended too early: %s", Files.readString(printed))
          .isFalse();
    }
    process.destroyForcibly().waitFor();
    return rows(study);
  }

  private static int count(Path study) {
    try (StudyReader reader = StudyReader.open(study.resolve("study.db"))) {
      return reader.count();
    } catch (dev.mixtune.engine.UserException e) {
      return 0; // The first moments of a database, before its tables are there.
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
    return all.toArray(String[]::new);
  }
}
