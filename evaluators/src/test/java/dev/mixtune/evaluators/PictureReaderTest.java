package dev.mixtune.evaluators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mixtune.engine.UserException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PictureReaderTest {
  @TempDir Path folder;

  private Path picture(int width, int height, int type) throws IOException {
    BufferedImage image = new BufferedImage(width, height, type);
    Random random = new Random(width * 31L + height);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        for (int band = 0; band < image.getRaster().getNumBands(); band++) {
          image.getRaster().setSample(x, y, band, random.nextInt(256));
        }
      }
    }
    Path file = folder.resolve("p.png");
    ImageIO.write(image, "png", file.toFile());
    return file;
  }

  @Test
  void pictureOfTheModelsSizeIsTakenAsItIs() throws IOException {
    Path file = picture(5, 4, BufferedImage.TYPE_INT_RGB);
    BufferedImage image = ImageIO.read(file.toFile());
    byte[] read = new PictureReader(4, 5, 3).read(file);
    for (int y = 0; y < 4; y++) {
      for (int x = 0; x < 5; x++) {
        for (int c = 0; c < 3; c++) {
          assertThat(read[(y * 5 + x) * 3 + c] & 0xff)
              .isEqualTo((image.getRGB(x, y) >> (16 - 8 * c)) & 0xff);
        }
      }
    }
  }

  @Test
  void greyValuesAreNotBrightened() throws IOException {
    Path file = picture(3, 3, BufferedImage.TYPE_BYTE_GRAY);
    BufferedImage image = ImageIO.read(file.toFile());
    byte[] grey = new PictureReader(3, 3, 1).read(file);
    byte[] colour = new PictureReader(3, 3, 3).read(file);
    for (int i = 0; i < 9; i++) {
      int stored = image.getRaster().getSample(i % 3, i / 3, 0);
      assertThat(grey[i] & 0xff).isEqualTo(stored);
      assertThat(colour[3 * i + 1] & 0xff).isEqualTo(stored);
    }
  }

  /**
   * Shrinking and enlarging, against a direct double sum over all input pixels with the triangle
   * weight of both axes.
   */
  @ParameterizedTest
  @CsvSource({"61,40,14,14", "40,61,14,14", "9,12,14,14", "100,30,7,14", "300,257,28,28"})
  void resizeAgreesWithADirectSum(int inWidth, int inHeight, int height, int width)
      throws IOException {
    Path file = picture(inWidth, inHeight, BufferedImage.TYPE_INT_RGB);
    BufferedImage image = ImageIO.read(file.toFile());
    double scale =
        Math.max(
            Math.round(width * 256.0 / 224) / (double) inWidth,
            Math.round(height * 256.0 / 224) / (double) inHeight);
    int outWidth = (int) (inWidth * scale + 1e-9);
    int outHeight = (int) (inHeight * scale + 1e-9);
    int left = (int) Math.floor((outWidth - width) / 2.0 + 0.5);
    int top = (int) Math.floor((outHeight - height) / 2.0 + 0.5);
    byte[] read = new PictureReader(height, width, 3).read(file);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        for (int c = 0; c < 3; c++) {
          double direct =
              directSum(
                  image,
                  c,
                  (left + x + 0.5) * inWidth / outWidth,
                  Math.max(1, (double) inWidth / outWidth),
                  (top + y + 0.5) * inHeight / outHeight,
                  Math.max(1, (double) inHeight / outHeight));
          int value = read[(y * width + x) * 3 + c] & 0xff;
          assertThat(Math.abs(value - direct)).isLessThanOrEqualTo(0.501);
        }
      }
    }
  }

  private static double directSum(
      BufferedImage image, int c, double cx, double reachX, double cy, double reachY) {
    double sum = 0;
    double weights = 0;
    for (int y = 0; y < image.getHeight(); y++) {
      double wy = Math.max(0, 1 - Math.abs(y + 0.5 - cy) / reachY);
      for (int x = 0; wy > 0 && x < image.getWidth(); x++) {
        double w = wy * Math.max(0, 1 - Math.abs(x + 0.5 - cx) / reachX);
        sum += w * ((image.getRGB(x, y) >> (16 - 8 * c)) & 0xff);
        weights += w;
      }
    }
    return sum / weights;
  }

  @Test
  void filesThatAreNoPicturesAreNamed() throws IOException {
    Path text = Files.writeString(folder.resolve("a.png"), "not a picture");
    Path cut = folder.resolve("b.png");
    byte[] whole = Files.readAllBytes(picture(20, 20, BufferedImage.TYPE_INT_RGB));
    Files.write(cut, Arrays.copyOf(whole, whole.length / 2));
    for (Path file : new Path[] {text, cut}) {
      assertThatThrownBy(() -> new PictureReader(4, 4, 3).read(file))
          .isInstanceOf(UserException.class)
          .hasMessageContaining(file.toString());
    }
  }
}
