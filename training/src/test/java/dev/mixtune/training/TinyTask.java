package dev.mixtune.training;

import dev.mixtune.training.Architecture.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** A small untrained residual network with random pictures, as a task without labels. */
public final class TinyTask {
  private static final int SIZE = 12;
  private static final Architecture SMALL =
      new Architecture(SIZE, List.of(new Stage(8, 1), new Stage(12, 1)), 5);

  private TinyTask() {}

  /** Writes the task file with all that it names. Training pictures are in {@code train.npy}. */
  public static Path write(Path folder) throws IOException {
    NetworkTrainer.configureEngine(1);
    ResidualNetwork network = new ResidualNetwork(SMALL);
    try (NetworkTrainer trainer = new NetworkTrainer(network, step -> 0.01f, 3)) {
      Random random = new Random(1);
      float[] input = new float[16 * SIZE * SIZE];
      for (int i = 0; i < input.length; i++) {
        input[i] = (float) random.nextGaussian();
      }
      // A few steps give the normalization statistics.
      for (int i = 0; i < 3; i++) {
        trainer.step(new Batch(input, random.longs(16, 0, 5).toArray()));
      }
      OnnxWriter.write(network, folder.resolve("model.onnx"));
    }
    pictures(folder.resolve("test.npy"), 64, 11);
    pictures(folder.resolve("calibration.npy"), 32, 12);
    pictures(folder.resolve("train.npy"), 48, 13);
    Path task = folder.resolve("task.yaml");
    Files.writeString(
        task,
        """
        name: tiny
        model: model.onnx
        inputs:
          - name: %s
            source: test.npy
            layout: NCHW
            mean: [128]
            std: [64]
        metric: fidelity
        calibration:
          source: calibration.npy
          samples: 32
        """
            .formatted(OnnxWriter.INPUT));
    return task;
  }

  private static void pictures(Path file, int count, int seed) throws IOException {
    byte[] pixels = new byte[count * SIZE * SIZE];
    new Random(seed).nextBytes(pixels);
    NpyWriter.writeBytes(file, pixels, count, SIZE, SIZE);
  }

  /** Writes a label file. */
  public static Path labels(Path file, long... classes) throws IOException {
    NpyWriter.writeLongs(file, classes, classes.length);
    return file;
  }
}
