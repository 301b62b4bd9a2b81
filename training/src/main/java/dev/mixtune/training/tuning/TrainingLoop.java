package dev.mixtune.training.tuning;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.function.DoubleSupplier;

/** Epoch after epoch, each one kept as soon as it is whole. */
final class TrainingLoop {
  private static final int REPORTED_EVERY = 50;

  private final Path checkpoint;
  private final String key;
  private final TuningSettings settings;
  private final PrintStream out;

  /**
   * @param folder for the checkpoint
   * @param key of the training
   */
  TrainingLoop(Path folder, String key, TuningSettings settings, PrintStream out) {
    this.checkpoint = folder.resolve("checkpoint.bin");
    this.key = key;
    this.settings = settings;
    this.out = out;
  }

  /**
   * Goes on after the last whole epoch, if there is one, until all are done or the last ones
   * brought nothing.
   *
   * @param score of the plan as it is, on the search split
   */
  void run(FineTuning training, DoubleSupplier score) {
    if (Files.exists(checkpoint)) {
      training.restore(Checkpoint.read(checkpoint, key));
      print("going on after epoch %d", training.epochsDone());
    } else {
      training.scored(score.getAsDouble());
    }
    while (!training.isOver()) {
      long start = System.nanoTime();
      double loss = training.epoch(this::reportStep);
      print(
          "epoch %d of %d: loss %.4f, %d s%s",
          training.epochsDone(),
          settings.epochs(),
          loss,
          Duration.ofNanos(System.nanoTime() - start).toSeconds(),
          ResidentMemory.words());
      training.scored(score.getAsDouble());
      // The score is part of it: after a restart the same epoch is the best one.
      training.checkpoint().write(checkpoint, key);
    }
    if (training.epochsDone() < settings.epochs()) {
      print("ended: no better score in %d epochs", settings.patience());
    }
    print(
        training.bestEpoch() == 0
            ? "no epoch scored better than the rounded plan, which is kept"
            : "best on the search split: epoch %d",
        training.bestEpoch());
  }

  private void reportStep(int done, int total, double loss) {
    if (done % REPORTED_EVERY == 0) {
      print("  step %d of %d: loss %.4f", done, total, loss);
    }
  }

  private void print(String format, Object... values) {
    out.println(String.format(Locale.ROOT, format, values));
  }
}
