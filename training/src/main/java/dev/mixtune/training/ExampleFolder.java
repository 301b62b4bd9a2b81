package dev.mixtune.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * The files of the bundled example: the model, its task file, and the arrays that the task file
 * names.
 */
record ExampleFolder(Path path) {
  private static final String MODEL = "model.onnx";
  private static final String TEST_IMAGES = "test_images.npy.gz";
  private static final String TEST_LABELS = "test_labels.npy";
  private static final String CALIBRATION_IMAGES = "calibration_images.npy.gz";
  private static final int CALIBRATION_COUNT = 1024;

  Path model() {
    return path.resolve(MODEL);
  }

  /** Writes the test images with their labels, and the first training images without them. */
  void writeData(FashionMnist data) throws IOException {
    Files.createDirectories(path);
    writeImages(TEST_IMAGES, data.test());
    writeImages(CALIBRATION_IMAGES, data.train().first(CALIBRATION_COUNT));
    byte[] classes = data.test().labels();
    long[] labels = new long[classes.length];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = classes[i];
    }
    NpyWriter.writeLongs(path.resolve(TEST_LABELS), labels, labels.length);
  }

  private void writeImages(String name, LabelledImages images) throws IOException {
    NpyWriter.writeBytes(
        path.resolve(name), images.pixels(), images.count(), images.height(), images.width());
  }

  /** Writes the task file for a model that was trained under {@code normalization}. */
  void writeTask(Normalization normalization) throws IOException {
    Files.createDirectories(path);
    Files.writeString(
        path.resolve("task.yaml"),
        String.format(
            Locale.ROOT,
            """
            name: fashion-mnist
            model: %s
            inputs:
              - name: %s
                source: %s
                layout: NCHW
                mean: [%.2f]
                std: [%.2f]
            labels: %s
            metric: top1
            calibration:
              source: %s
              samples: 512
            splits: {search: 0.4, holdout: 0.6}
            """,
            MODEL,
            OnnxWriter.INPUT,
            TEST_IMAGES,
            normalization.mean(),
            normalization.std(),
            TEST_LABELS,
            CALIBRATION_IMAGES));
  }
}
