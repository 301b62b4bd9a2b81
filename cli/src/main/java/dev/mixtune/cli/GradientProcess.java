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
import java.util.Optional;
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
  private static final String OTHERWISE = "Take --sensitivity kl, which needs no gradients.";
  private static final int WRONG_INPUT = 2;
  private static final Logger LOG = LoggerFactory.getLogger(GradientProcess.class);

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
    Process process =
        new ProcessBuilder(command(script, method, samples, out))
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(errors.toFile())
            .start();
    int code = await(process, errors);
    if (code == 0) {
      return CurvatureFile.read(out);
    }
    LastWords words = new LastWords();
    Files.readAllLines(errors).forEach(words::hear);
    String last = words.words().isEmpty() ? "it does not say why" : words.words();
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
  private int await(Process process, Path errors) {
    boolean told = false;
    try {
      while (!process.waitFor(200, TimeUnit.MILLISECONDS)) {
        told = told || tellsOfBuild(errors);
        if (around.interrupted().get()) {
          throw new CancellationException("stopped by the user");
        }
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted");
    } finally {
      ChildProcess.end(process);
    }
  }

  /** The first build takes so long that silence would look like a fault. */
  private boolean tellsOfBuild(Path errors) {
    try (Stream<String> lines = Files.lines(errors)) {
      Optional<String> building =
          lines.filter(line -> line.startsWith("Building the training program")).findFirst();
      building.ifPresent(around.out()::println);
      return building.isPresent();
    } catch (IOException | UncheckedIOException e) {
      return false; // It is half written, or not there yet.
    }
  }

  /** As far as it goes: what is left in a folder for temporary files is no reason to fail. */
  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | UncheckedIOException e) {
      LOG.info("{} cannot be removed", folder, e);
    }
  }
}
