package dev.mixtune.evaluators;

import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.UserException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.List;

/** Integers from an array file, such as token ids or an attention mask, fed as they are. */
final class IdSamples implements Samples {
  private final NpyFile file;
  private final List<Long> shape;
  private final int elements;

  private IdSamples(NpyFile file, List<Long> shape) {
    this.file = file;
    this.shape = shape;
    this.elements =
        Math.toIntExact(Tensor.elements(shape.stream().mapToLong(Long::longValue).toArray()));
  }

  /**
   * Takes over the file, also when it refuses it.
   *
   * @param name where the array comes from, for messages
   * @throws UserException when the array does not fit the model's input
   */
  static IdSamples open(NpyFile file, InputSpec spec, Scaling scaling, String name) {
    List<Long> stored = file.header().rowShape();
    String problem = null;
    if (file.header().type() == NpyHeader.ElementType.FLOAT32) {
      problem = " holds float32";
    } else if (!(scaling instanceof Scaling.None)) {
      problem = " is scaled by mean and std";
    } else if (!spec.accepts(stored)) {
      problem = " has samples of " + InputSpec.times(stored);
    }
    if (problem != null) {
      file.close();
      throw new UserException(
          name + problem + ", and " + spec.wants() + " as integers",
          "Bring integers of that shape (int64, int32, uint8 or int8), without mean and std");
    }
    return new IdSamples(file, stored);
  }

  @Override
  public int size() {
    return file.rows();
  }

  @Override
  public List<Long> shape() {
    return shape;
  }

  @Override
  public Tensor.Longs batch(int[] indices) {
    long[] values = new long[Math.multiplyExact(indices.length, elements)];
    for (int i = 0; i < indices.length; i++) {
      read(file.row(indices[i]), values, i * elements);
    }
    return new Tensor.Longs(values, ArraySamples.withBatch(indices.length, shape));
  }

  private void read(byte[] row, long[] values, int start) {
    ByteBuffer buffer = ByteBuffer.wrap(row).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = start; i < start + elements; i++) {
      values[i] =
          switch (file.header().type()) {
            case UINT8 -> buffer.get() & 0xff;
            case INT8 -> buffer.get();
            case INT32 -> buffer.getInt();
            case INT64 -> buffer.getLong();
            case FLOAT32 -> throw new IllegalStateException("refused when opened");
          };
    }
  }

  @Override
  public int bytesPerElement() {
    return Long.BYTES;
  }

  @Override
  public String hash(int index) {
    return HexFormat.of().formatHex(Digests.sha256().digest(file.row(index)));
  }

  @Override
  public void close() {
    file.close();
  }
}
