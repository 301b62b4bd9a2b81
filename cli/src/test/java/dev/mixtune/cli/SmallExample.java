package dev.mixtune.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The bundled example with fewer samples, for tests that run more than one study. */
final class SmallExample {
  private static final Path EXAMPLE = Tune.ROOT.resolve("examples/fashion-mnist");

  private SmallExample() {}

  /**
   * Writes the task file into a folder: 96 samples to calibrate, 1,000 to search, 1,500 held out.
   */
  static Path task(Path folder) {
    try {
      String task =
          Files.readString(EXAMPLE.resolve("task.yaml"))
              .replace("model.onnx", EXAMPLE.resolve("model.onnx").toString())
              .replace("test_images.npy.gz", EXAMPLE.resolve("test_images.npy.gz").toString())
              .replace("test_labels.npy", EXAMPLE.resolve("test_labels.npy").toString())
              .replace("calibration_images", EXAMPLE.resolve("calibration_images").toString())
              .replace("samples: 512", "samples: 96")
              .replace("{search: 0.4, holdout: 0.6}", "{search: 0.1, holdout: 0.15}");
      return Files.writeString(folder.resolve("task.yaml"), task);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
