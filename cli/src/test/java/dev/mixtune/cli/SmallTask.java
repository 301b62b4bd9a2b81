package dev.mixtune.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The bundled example with few samples: 24 to calibrate on, 100 to search on, 200 held out. */
final class SmallTask {
  private static final Path EXAMPLE = Tune.ROOT.resolve("examples/fashion-mnist");

  private SmallTask() {}

  /** Writes the task file into a folder. */
  static Path in(Path folder) throws IOException {
    return Files.writeString(folder.resolve("small.yaml"), text());
  }

  static String text() throws IOException {
    return Files.readString(EXAMPLE.resolve("task.yaml"))
        .replace("model.onnx", EXAMPLE.resolve("model.onnx").toString())
        .replace("test_images.npy.gz", EXAMPLE.resolve("test_images.npy.gz").toString())
        .replace("test_labels.npy", EXAMPLE.resolve("test_labels.npy").toString())
        .replace("calibration_images", EXAMPLE.resolve("calibration_images").toString())
        .replace("samples: 512", "samples: 24")
        .replace("search: 0.4", "search: 0.01")
        .replace("holdout: 0.6", "holdout: 0.02");
  }
}
