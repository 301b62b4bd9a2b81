package dev.mixtune.evaluators;

import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.UserException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;

/** Samples from picture files, decoded on demand. */
final class ImageSamples implements Samples {
  private static final int USUAL_SIZE = 224;

  private final List<Path> files;
  private final PictureReader reader;
  private final PixelMapping mapping;
  private final List<Long> shape;

  private ImageSamples(
      List<Path> files, PictureReader reader, PixelMapping mapping, List<Long> shape) {
    this.files = files;
    this.reader = reader;
    this.mapping = mapping;
    this.shape = shape;
  }

  /**
   * Axes that neither the model nor the task sets become 224 (height and width) and 3 (channels).
   *
   * @param name where the pictures come from, for messages
   * @throws UserException when the model does not take pictures, or the first one is damaged
   */
  static ImageSamples open(List<Path> files, InputSpec spec, Scaling scaling, String name) {
    long channels = spec.isPicture() ? spec.channels() : 0;
    channels = channels < 0 ? 3 : channels;
    if (channels != 1 && channels != 3) {
      throw new UserException(
          name + " holds pictures, and " + spec.wants(),
          "Pictures fit inputs with four axes and 1 or 3 channels. Maybe the layout is the other one");
    }
    int height = (int) (spec.height() < 0 ? USUAL_SIZE : spec.height());
    int width = (int) (spec.width() < 0 ? USUAL_SIZE : spec.width());
    float[][] figures = scaling.forChannels((int) channels);
    if (figures == null) {
      throw new UserException(
          name + " has " + channels + " channels, and mean or std has another number of values",
          "Give one value for all channels, or one per channel");
    }
    PictureReader reader = new PictureReader(height, width, (int) channels);
    reader.read(files.get(0));
    return new ImageSamples(
        files,
        reader,
        new PixelMapping(
            height * width, true, spec.layout() == Layout.NHWC, figures[0], figures[1]),
        spec.sampleShape(height, width, channels));
  }

  @Override
  public int size() {
    return files.size();
  }

  @Override
  public List<Long> shape() {
    return shape;
  }

  @Override
  public Tensor.Floats batch(int[] indices) {
    float[] values = new float[Math.multiplyExact(indices.length, mapping.elements())];
    for (int i = 0; i < indices.length; i++) {
      byte[] pixels = reader.read(files.get(indices[i]));
      mapping.apply(pixels, NpyHeader.ElementType.UINT8, values, i * mapping.elements());
    }
    return new Tensor.Floats(values, ArraySamples.withBatch(indices.length, shape));
  }

  @Override
  public String hash(int index) {
    MessageDigest digest = Digests.sha256();
    try (InputStream in = new DigestInputStream(Files.newInputStream(files.get(index)), digest)) {
      in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      throw new UncheckedIOException("picture " + files.get(index) + " cannot be read", e);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  @Override
  public void close() {
    // Files are opened one by one.
  }
}
