package dev.mixtune.evaluators;

import dev.mixtune.engine.UserException;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.FileImageInputStream;
import javax.imageio.stream.ImageInputStream;

/**
 * Reads a picture file as the model wants it: short side scaled to 256/224 of the crop (256 for the
 * usual 224), bilinear with antialiasing, centre crop, 8 bits per channel. A picture that has the
 * model's size already is taken as it is.
 *
 * @param height of the result
 * @param width of the result
 * @param channels 3 (RGB) or 1 (luma by ITU-R BT.601)
 */
record PictureReader(int height, int width, int channels) {
  private static final long MAX_PIXELS = 100_000_000;

  PictureReader {
    if (height < 1 || width < 1 || (channels != 1 && channels != 3)) {
      throw new IllegalArgumentException(height + "x" + width + "x" + channels);
    }
  }

  /**
   * The picture as {@code [height, width, channels]}.
   *
   * @throws UserException when the file is no picture that Java reads
   */
  byte[] read(Path file) {
    BufferedImage image;
    try (ImageInputStream in = new FileImageInputStream(file.toFile())) {
      image = decode(file, in);
    } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
      // Damaged files make the decoders of the Java runtime throw any of these.
      throw new UserException(
          "picture " + file + " cannot be decoded: " + e, "Convert it to PNG or RGB JPEG", e);
    }
    return fit(image);
  }

  private static BufferedImage decode(Path file, ImageInputStream in) throws IOException {
    Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
    if (!readers.hasNext()) {
      throw new UserException(
          "picture " + file + " is of an unknown kind", "Convert it to PNG or RGB JPEG");
    }
    ImageReader reader = readers.next();
    try {
      reader.setInput(in, true, true);
      long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
      if (pixels > MAX_PIXELS) {
        throw new UserException(
            "picture " + file + " has " + pixels + " pixels", "Scale it down below " + MAX_PIXELS);
      }
      return reader.read(0);
    } finally {
      reader.dispose();
    }
  }

  private byte[] fit(BufferedImage image) {
    int inWidth = image.getWidth();
    int inHeight = image.getHeight();
    if (inWidth == width && inHeight == height) {
      return resample(
          image,
          new Resampler(inWidth, width, 0, width),
          new Resampler(inHeight, height, 0, height));
    }
    // The short side covers 256/224 of the crop; the long side follows, rounded down.
    int targetWidth = Math.round(width * 256f / 224f);
    int targetHeight = Math.round(height * 256f / 224f);
    double scale = Math.max((double) targetWidth / inWidth, (double) targetHeight / inHeight);
    int outWidth = Math.max(targetWidth, (int) (inWidth * scale));
    int outHeight = Math.max(targetHeight, (int) (inHeight * scale));
    return resample(
        image,
        new Resampler(inWidth, outWidth, Math.round((outWidth - width) / 2f), width),
        new Resampler(inHeight, outHeight, Math.round((outHeight - height) / 2f), height));
  }

  /** Rows first, one at a time, so that a large picture is never held as floats. */
  private byte[] resample(BufferedImage image, Resampler across, Resampler down) {
    int inHeight = image.getHeight();
    float[] row = new float[image.getWidth() * channels];
    int stride = width * channels;
    float[] squeezed = new float[inHeight * stride];
    for (int y = 0; y < inHeight; y++) {
      readRow(image, y, row);
      for (int x = 0; x < width; x++) {
        for (int c = 0; c < channels; c++) {
          squeezed[y * stride + x * channels + c] = across.at(x, row, c, channels);
        }
      }
    }
    byte[] out = new byte[height * stride];
    for (int y = 0; y < height; y++) {
      for (int i = 0; i < stride; i++) {
        float value = down.at(y, squeezed, i, stride);
        out[y * stride + i] = (byte) Math.max(0, Math.min(255, Math.round(value)));
      }
    }
    return out;
  }

  private void readRow(BufferedImage image, int y, float[] row) {
    int imageWidth = image.getWidth();
    if (isGrey(image)) {
      // getRGB would take grey values for linear light and brighten them.
      int shift = image.getSampleModel().getSampleSize(0) - 8;
      int[] samples = image.getRaster().getSamples(0, y, imageWidth, 1, 0, (int[]) null);
      for (int x = 0; x < imageWidth; x++) {
        for (int c = 0; c < channels; c++) {
          row[x * channels + c] = samples[x] >> shift;
        }
      }
      return;
    }
    int[] colours = image.getRGB(0, y, imageWidth, 1, null, 0, imageWidth);
    for (int x = 0; x < imageWidth; x++) {
      int red = (colours[x] >> 16) & 0xff;
      int green = (colours[x] >> 8) & 0xff;
      int blue = colours[x] & 0xff;
      if (channels == 1) {
        row[x] = Math.round(0.299f * red + 0.587f * green + 0.114f * blue);
      } else {
        row[3 * x] = red;
        row[3 * x + 1] = green;
        row[3 * x + 2] = blue;
      }
    }
  }

  private static boolean isGrey(BufferedImage image) {
    return image.getRaster().getNumBands() <= 2
        && !(image.getColorModel() instanceof IndexColorModel)
        && image.getSampleModel().getSampleSize(0) >= 8;
  }
}
