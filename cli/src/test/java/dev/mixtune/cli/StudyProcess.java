package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.engine.UserException;
import dev.mixtune.results.StudyReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A study in a process of its own, so that it can be treated badly. */
record StudyProcess(Process process, Path study, Path printed) {

  /**
   * Starts one.
   *
   * @param printed what it prints goes there
   */
  static StudyProcess start(Path study, Path printed, List<String> arguments) throws IOException {
    return start(study, printed, List.of(), arguments);
  }

  /**
   * Starts one with options for its virtual machine.
   *
   * @param printed what it prints goes there
   */
  static StudyProcess start(Path study, Path printed, List<String> options, List<String> arguments)
      throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-Dmixtune.home=" + Tune.ROOT,
                "-Djava.awt.headless=true"));
    command.addAll(options);
    command.add("dev.mixtune.cli.Main");
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(printed.toFile());
    builder
        .environment()
        .put(
            "CLASSPATH",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    return new StudyProcess(builder.start(), study, printed);
  }

  /** Waits until so many evaluations are recorded. */
  void awaitRows(int rows) throws InterruptedException, IOException {
    while (!Files.exists(study.resolve("study.db")) || recorded() < rows) {
      assertThat(process.waitFor(100, TimeUnit.MILLISECONDS))
          .as("ended too early: %s", Files.readString(printed))
          .isFalse();
    }
  }

  private int recorded() {
    try (StudyReader reader = StudyReader.open(study.resolve("study.db"))) {
      return reader.count();
    } catch (UserException e) {
      return 0; // The first moments of a database, before its tables are there.
    }
  }

  /** Waits for its end; returns the exit code. */
  int exitCode() throws InterruptedException {
    return process.waitFor();
  }

  /** What it printed so far. */
  String text() throws IOException {
    return Files.readString(printed);
  }
}
