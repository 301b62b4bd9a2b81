package dev.mixtune.evaluators;

import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.UserException;
import java.util.HexFormat;
import java.util.List;

/**
 * Samples from an array file.
 *
 * <p>Pictures are stored {@code [N,H,W,C]} or {@code [N,H,W]} (one channel). Arrays of float32
 * without mean and std are the model's input as they are when their shape says so; whatever has the
 * model's own shape and is no picture is taken as it is.
 */
final class ArraySamples implements Samples {
  private final NpyFile file;
  private final PixelMapping mapping;
  private final List<Long> shape;
  private final int size;

  private ArraySamples(NpyFile file, PixelMapping mapping, List<Long> shape) {
    this.file = file;
    this.mapping = mapping;
    this.shape = shape;
    this.size = file.rows();
  }

  /**
   * Takes over the file, also when it refuses it.
   *
   * @param name where the array comes from, for messages
   * @throws UserException when the samples do not fit the model's input
   */
  static ArraySamples open(NpyFile file, InputSpec spec, Scaling scaling, String name) {
    try {
      return arrange(file, spec, scaling, name);
    } catch (UserException e) {
      file.close();
      throw e;
    }
  }

  private static ArraySamples arrange(NpyFile file, InputSpec spec, Scaling scaling, String name) {
    NpyHeader header = file.header();
    List<Long> stored = header.rowShape();
    boolean isFloat = header.type() == NpyHeader.ElementType.FLOAT32;
    if (header.type() == NpyHeader.ElementType.INT64
        || header.type() == NpyHeader.ElementType.INT32) {
      throw new UserException(
          name + " holds " + header.type().numpyName,
          "The model's input '"
              + spec.name()
              + "' is float32: its arrays are uint8, int8 or float32");
    }
    boolean direct = spec.accepts(stored);
    long channels = stored.size() == 3 ? stored.get(2) : 1;
    boolean picture =
        spec.isPicture()
            && (stored.size() == 2 || stored.size() == 3)
            && spec.accepts(spec.sampleShape(stored.get(0), stored.get(1), channels));
    if (direct && (!picture || (isFloat && scaling instanceof Scaling.None))) {
      boolean last = spec.layout() != Layout.NCHW;
      long modelChannels = spec.isPicture() ? stored.get(last ? 2 : 0) : 1;
      PixelMapping mapping = mapping(header, modelChannels, last, last, scaling, name);
      return new ArraySamples(file, mapping, stored);
    }
    if (picture) {
      PixelMapping mapping =
          mapping(header, channels, true, spec.layout() == Layout.NHWC, scaling, name);
      return new ArraySamples(
          file, mapping, spec.sampleShape(stored.get(0), stored.get(1), channels));
    }
    throw new UserException(
        name + " has samples of " + InputSpec.times(stored) + ", and " + spec.wants(),
        "Pictures are stored [N,H,W,C] or [N,H,W] at the model's size; other arrays have the"
            + " model's own shape");
  }

  private static PixelMapping mapping(
      NpyHeader header,
      long channels,
      boolean storedLast,
      boolean wantedLast,
      Scaling scaling,
      String name) {
    long elements = header.rowBytes() / header.type().bytes;
    float[][] figures = scaling.forChannels((int) channels);
    if (figures == null) {
      throw new UserException(
          name + " has " + channels + " channels, and mean or std has another number of values",
          "Give one value for all channels, or one per channel");
    }
    return new PixelMapping(
        (int) (elements / channels), storedLast, wantedLast, figures[0], figures[1]);
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public List<Long> shape() {
    return shape;
  }

  @Override
  public Tensor.Floats batch(int[] indices) {
    float[] values = new float[Math.multiplyExact(indices.length, mapping.elements())];
    for (int i = 0; i < indices.length; i++) {
      mapping.apply(file.row(indices[i]), file.header().type(), values, i * mapping.elements());
    }
    return new Tensor.Floats(values, withBatch(indices.length, shape));
  }

  @Override
  public String hash(int index) {
    return HexFormat.of().formatHex(Digests.sha256().digest(file.row(index)));
  }

  @Override
  public void close() {
    file.close();
  }

  static long[] withBatch(int batch, List<Long> sample) {
    long[] shape = new long[sample.size() + 1];
    shape[0] = batch;
    for (int i = 0; i < sample.size(); i++) {
      shape[i + 1] = sample.get(i);
    }
    return shape;
  }
}
