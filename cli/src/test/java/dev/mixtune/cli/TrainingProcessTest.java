package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mixtune.engine.UserException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The training program as a process: what it prints, and each way in which it may end. */
class TrainingProcessTest {
  @TempDir Path folder;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final AtomicBoolean interrupted = new AtomicBoolean();

  private void run(String script, String... arguments) throws IOException {
    Path program = Files.writeString(folder.resolve("program"), "#!/bin/sh\n" + script);
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    new TrainingProcess(program, around()).run(List.of(arguments));
  }

  private Surroundings around() {
    PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
    return new Surroundings(
        folder, folder, Clock.systemUTC(), stream, stream, /* terminal= */ false, interrupted);
  }

  @Test
  void linesAndArgumentsArePassedOn() throws IOException {
    run("echo first; echo \"second $2\" >&2; exit 0", "--plan", "w8a8 w2a8");

    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("first\nsecond w8a8 w2a8\n");
  }

  @Test
  void aRefusalIsToldByItsLastLine() {
    assertThatThrownBy(() -> run("echo working; echo 'the loss is NaN. Lower --lr.' >&2; exit 2"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("the training was refused: the loss is NaN. Lower --lr.");
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("working\n");
  }

  @Test
  void aProgramThatDiesIsToldByItsExitCode() {
    assertThatThrownBy(() -> run("kill -9 $$"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("exit code 137")
        .hasMessageContaining("goes on after the last whole epoch");
  }

  @Test
  void aStopEndsTheProgram() {
    interrupted.set(true);
    assertThatThrownBy(() -> run("exec sleep 600"))
        .isInstanceOf(CancellationException.class)
        .hasMessageContaining("goes on after the last whole epoch");
  }

  @Test
  void anInstallationWithoutTheProgramSaysSo() {
    assertThatThrownBy(() -> new TrainingProcess(around()).run(List.of()))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("is not part of this installation")
        .hasMessageContaining("source tree");
  }
}
