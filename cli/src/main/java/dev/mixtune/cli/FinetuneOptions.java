package dev.mixtune.cli;

import dev.mixtune.engine.UserException;
import dev.mixtune.evaluators.Task;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Option;

/** How a plan is to be trained. */
final class FinetuneOptions {
  private static final int SHOWN_DIGITS = 8;

  @Option(
      names = "--point",
      paramLabel = "ID",
      defaultValue = "chosen",
      description = "A point of frontier.json, or uniform-2, -4, -8. Default: the chosen one.")
  String point = "chosen";

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "5",
      description = "Passes over the training samples at most. Default: 5.")
  int epochs = 5;

  @Option(
      names = "--lr",
      paramLabel = "X",
      defaultValue = "0.001",
      description = "Highest learning rate, in units of a channel's magnitude. Default: 0.001.")
  double rate = 0.001;

  @Option(
      names = "--label-share",
      paramLabel = "X",
      defaultValue = "0",
      description = "Weight of the training labels, 0 to 1; the rest is distillation. Default: 0.")
  double labelShare;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Fixes order and flips of the training. Default: 1.")
  long seed = 1;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads of the training. Default: one for each core.")
  int threads = Runtime.getRuntime().availableProcessors();

  /**
   * Checks what needs no file.
   *
   * @throws UserException naming the option and its value
   */
  void check() {
    require(epochs >= 1, "--epochs", epochs, "Write a positive number.");
    require(threads >= 1, "--threads", threads, "Write a positive number.");
    require(rate > 0 && Double.isFinite(rate), "--lr", rate, "Write for example --lr 0.001.");
    require(
        labelShare >= 0 && labelShare <= 1,
        "--label-share",
        labelShare,
        "Write a fraction, 0 to 1.");
  }

  private static void require(boolean holds, String name, Number value, String wayOut) {
    if (!holds) {
      throw new UserException(name + " " + value + " is out of range", wayOut);
    }
  }

  /**
   * All that decides what comes out of a training, in words. Of samples their place, count and
   * size; a folder whose pictures are exchanged is not noticed.
   */
  String key(Task.Training training) {
    return String.format(
        Locale.ROOT,
        "epochs %d, learning rate %s, label share %s, seed %d, samples %s",
        epochs,
        rate,
        labelShare,
        seed,
        samples(training));
  }

  private static String samples(Task.Training training) {
    try {
      String words =
          String.join(
              "|",
              training.source().toString(),
              Files.isRegularFile(training.source())
                  ? Long.toString(Files.size(training.source()))
                  : "folder",
              String.valueOf(training.labels()),
              training.samples().toString());
      return Hashes.sha256(words.getBytes(StandardCharsets.UTF_8)).substring(0, SHOWN_DIGITS);
    } catch (IOException e) {
      throw new UserException(
          "the training samples '" + training.source() + "' cannot be read: " + e.getMessage(),
          "Check train.source of the task file.",
          e);
    }
  }

  /** The same for the training program. */
  List<String> arguments() {
    return List.of(
        "--epochs",
        Integer.toString(epochs),
        "--lr",
        Double.toString(rate),
        "--label-share",
        Double.toString(labelShare),
        "--seed",
        Long.toString(seed),
        "--threads",
        Integer.toString(threads));
  }
}
