package dev.mixtune.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The Fashion-MNIST data set: 60,000 training and 10,000 test images of 28 x 28 grey pixels in 10
 * classes (Xiao, Rasul and Vollgraf, arXiv:1708.07747), as the Debian package {@code
 * dataset-fashion-mnist} installs it.
 */
record FashionMnist(LabelledImages train, LabelledImages test) {
  /** Mean of all training pixels on the scale 0..255. */
  static final float PIXEL_MEAN = 72.94f;

  /** Standard deviation of all training pixels on the scale 0..255. */
  static final float PIXEL_STD = 90.02f;

  static final int CLASSES = 10;
  static final int SIZE = 28;

  /** Reads the four gzipped IDX files in {@code folder}. */
  static FashionMnist read(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new IOException(
          "%s: no such folder. Maybe install the Debian package dataset-fashion-mnist, or name its folder by --data."
              .formatted(folder));
    }
    return new FashionMnist(readSplit(folder, "train"), readSplit(folder, "t10k"));
  }

  private static LabelledImages readSplit(Path folder, String prefix) throws IOException {
    IdxFile images = IdxFile.read(folder.resolve(prefix + "-images-idx3-ubyte.gz"), 3);
    IdxFile labels = IdxFile.read(folder.resolve(prefix + "-labels-idx1-ubyte.gz"), 1);
    return new LabelledImages(
        images.shape().get(1), images.shape().get(2), images.values(), labels.values());
  }
}
