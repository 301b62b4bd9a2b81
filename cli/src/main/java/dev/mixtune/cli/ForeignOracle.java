package dev.mixtune.cli;

import dev.mixtune.engine.UserException;
import dev.mixtune.results.table.TableJson;
import dev.mixtune.search.table.DamageOracle;
import dev.mixtune.search.table.TableShape;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A foreign program that owns the damages: it prints one line about itself, then answers each line
 * with a plan by a line with its damage. Closing ends it.
 */
final class ForeignOracle implements DamageOracle, AutoCloseable {
  private final String command;
  private final Process process;
  private final BufferedReader answers;
  private final BufferedWriter questions;
  private final TableShape shape;

  private ForeignOracle(String command, Process process) {
    this.command = command;
    this.process = process;
    this.answers = process.inputReader(StandardCharsets.UTF_8);
    this.questions = process.outputWriter(StandardCharsets.UTF_8);
    this.shape = TableJson.shape(line());
  }

  /**
   * Starts the program by the shell.
   *
   * @throws UserException when it cannot be started or says nothing sensible
   */
  static ForeignOracle start(String command) {
    Process process;
    try {
      process =
          new ProcessBuilder("sh", "-c", command)
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
    } catch (IOException e) {
      throw new UserException(
          "--oracle '" + command + "' cannot be started", "Try it in a shell first.", e);
    }
    try {
      return new ForeignOracle(command, process);
    } catch (UserException e) {
      process.destroy();
      throw e;
    }
  }

  TableShape shape() {
    return shape;
  }

  @Override
  public double damage(int[] plan) {
    try {
      questions.write(TableJson.question(plan));
      questions.newLine();
      questions.flush();
    } catch (IOException e) {
      throw ended(e);
    }
    return TableJson.damage(line());
  }

  private String line() {
    try {
      String line = answers.readLine();
      if (line == null) {
        throw ended(null);
      }
      return line;
    } catch (IOException e) {
      throw ended(e);
    }
  }

  private UserException ended(@Nullable Exception cause) {
    String problem = "--oracle '" + command + "' ended before it answered";
    String wayOut = "It must answer every line until its input is closed.";
    return cause == null
        ? new UserException(problem, wayOut)
        : new UserException(problem, wayOut, cause);
  }

  /** Closes its input, so that it can end by itself, and ends it otherwise. */
  @Override
  public void close() {
    try {
      questions.close();
      answers.close();
    } catch (IOException e) {
      // It has gone already, and nothing more is wanted of it.
    }
    process.destroy();
  }
}
