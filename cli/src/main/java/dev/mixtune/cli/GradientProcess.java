package dev.mixtune.cli;

import dev.mixtune.engine.UserException;
import dev.mixtune.evaluators.Curvature;
import dev.mixtune.evaluators.CurvatureFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Computes gradients in a process of the module training, which the default build leaves out. Its
 * script builds that module when it is started for the first time.
 */
final class GradientProcess {
  private static final Logger LOG = LoggerFactory.getLogger(GradientProcess.class);
  private static final String OTHERWISE = "Take --sensitivity kl, which needs no gradients.";
  private static final int WRONG_INPUT = 2;
  private static final int PATIENCE_SECONDS = 5;

  private final Surroundings around;
  private final RunOptions options;

  GradientProcess(Surroundings around, RunOptions options) {
    this.around = around;
    this.options = options;
  }

  /**
   * How the network's answers bend with its weights, over samples of the search split.
   *
   * @throws UserException when the module is not there, or the network has an operator without
   *     gradient; the message names it
   */
  Curvature curvature(SensitivityMethod method, int samples) {
    Path script = around.home().resolve("training/curvature").toAbsolutePath();
    if (!Files.isExecutable(script)) {
      throw new UserException(
          "--sensitivity "
              + method.id()
              + " needs the module training: '"
              + script
              + "' is not there",
          "Run ./tune in a checkout, where it is built when it is first needed. " + OTHERWISE);
    }
    try {
      Path folder = Files.createTempDirectory("mixtune-curvature");
      try {
        return run(script, method, samples, folder);
      } finally {
        delete(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + script, e);
    }
  }

  private Curvature run(Path script, SensitivityMethod method, int samples, Path folder)
      throws IOException {
    Path out = folder.resolve("curvature.jsonl");
    Path errors = folder.resolve("errors.txt");
    around
        .out()
        .println(
            "Gradients of "
                + samples
                + " samples; what computes them is built when it changed, which fetches PyTorch"
                + " (117 MB) the first time ...");
    Process process =
        new ProcessBuilder(command(script, method, samples, out))
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(errors.toFile())
            .start();
    int code = await(process);
    if (code == 0) {
      return CurvatureFile.read(out);
    }
    List<String> lines = Files.readAllLines(errors);
    String last = lines.isEmpty() ? "it does not say why" : lines.get(lines.size() - 1);
    if (code == WRONG_INPUT) {
      throw new UserException("--sensitivity " + method.id() + ": " + last, OTHERWISE);
    }
    throw new UserException(
        "--sensitivity " + method.id() + ": its process ended with code " + code + ": " + last,
        "Look whether mvn -Ptraining -pl training -am package works. " + OTHERWISE);
  }

  private List<String> command(Path script, SensitivityMethod method, int samples, Path out) {
    List<String> command = new ArrayList<>(List.of(script.toString()));
    if (options.model != null && options.data != null) {
      command.addAll(
          List.of(
              "--model",
              options.model.toAbsolutePath().toString(),
              "--data",
              options.data.toAbsolutePath().toString()));
    } else {
      Path task = options.task == null ? around.exampleTask() : options.task;
      command.addAll(List.of("--task", task.toAbsolutePath().toString()));
    }
    command.addAll(
        List.of(
            "--method",
            method.id(),
            "--samples",
            Integer.toString(samples),
            "--seed",
            Long.toString(options.seed),
            "--out",
            out.toString()));
    return command;
  }

  /** Asks several times a second whether the user wants to stop. */
  private int await(Process process) {
    try {
      while (!process.waitFor(200, TimeUnit.MILLISECONDS)) {
        if (around.interrupted().get()) {
          throw new CancellationException("stopped by the user");
        }
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted");
    } finally {
      end(process);
    }
  }

  /** Ends the script and what it started, so that nobody writes into the folder any more. */
  private static void end(Process process) {
    process.descendants().forEach(ProcessHandle::destroy);
    process.destroy();
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What cannot be removed stays in the temp folder; that is no reason to fail. */
  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException | UncheckedIOException e) {
      LOG.warn("the folder of the gradients cannot be removed", e);
    }
  }
}
