package dev.mixtune.cli;

import dev.mixtune.engine.UserException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;

/**
 * The program of the module {@code training/}, as a process of its own: one process may have one
 * gradient collector, and PyTorch stays out of this one. What it prints is passed on.
 */
final class TrainingProcess implements TrainingProgram {
  private static final long LOOK_MILLIS = 100;
  private static final String KEPT = "The study is as it was";
  private static final String AGAIN =
      KEPT + "; the same command goes on after the last whole epoch.";

  private final Path program;
  private final Surroundings around;

  TrainingProcess(Surroundings around) {
    this(around.home().resolve("training").resolve("finetune"), around);
  }

  /**
   * @param program the file to start
   */
  TrainingProcess(Path program, Surroundings around) {
    this.program = program;
    this.around = around;
  }

  @Override
  public void run(List<String> arguments) {
    if (!Files.isExecutable(program)) {
      throw new UserException(
          "fine-tuning needs the program '" + program + "', which is not part of this installation",
          "Use Mixtune's source tree: its ./tune finetune builds the program when it is missing.");
    }
    List<String> command = new ArrayList<>();
    command.add(program.toString());
    command.addAll(arguments);
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      try {
        String last = passedOn(process);
        requireDone(process.waitFor(), last);
      } finally {
        ChildProcess.end(process);
      }
    } catch (IOException e) {
      throw new UserException(
          "'" + program + "' cannot be started: " + e.getMessage(),
          "Is it executable, and Java on the path?",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw stopped();
    }
  }

  /** Prints what the program prints; returns its last line, or what says why it failed. */
  private String passedOn(Process process) throws IOException, InterruptedException {
    String last = "";
    LastWords words = new LastWords();
    try (BufferedReader printed = process.inputReader(StandardCharsets.UTF_8)) {
      while (true) {
        boolean ended = process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        while (printed.ready()) {
          String line = printed.readLine();
          if (!last.isEmpty()) {
            around.out().println(last);
          }
          last = line == null ? "" : line;
          words.hear(last);
        }
        if (around.interrupted().get()) {
          throw stopped();
        }
        if (ended) {
          String told = process.exitValue() == ExitCodes.DONE ? last : words.words();
          if (!told.equals(last)) {
            around.out().println(last);
          }
          return told;
        }
      }
    }
  }

  /** A wrong input is told by the program's last line; anything else by how it ended. */
  private void requireDone(int exitCode, String last) {
    if (exitCode == ExitCodes.DONE) {
      around.out().println(last);
      return;
    }
    if (around.interrupted().get()) {
      throw stopped();
    }
    if (exitCode == ExitCodes.USER) {
      throw new UserException("the training was refused: " + last, KEPT + ".");
    }
    throw new UserException(
        "the training ended with exit code " + exitCode + (last.isEmpty() ? "" : ": " + last),
        AGAIN);
  }

  private static CancellationException stopped() {
    return new CancellationException("Stopped by the user. " + AGAIN);
  }
}
