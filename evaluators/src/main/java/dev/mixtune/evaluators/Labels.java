package dev.mixtune.evaluators;

import dev.mixtune.engine.UserException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;

/** Class labels, one per sample of a source. Immutable. */
public final class Labels {
  private final int[] values;
  private final String name;

  private Labels(int[] values, String name) {
    this.values = values;
    this.name = name;
  }

  /**
   * Labels from memory.
   *
   * @param values 0-based class of each sample
   * @param name where they come from, for messages
   */
  public static Labels of(int[] values, String name) {
    return new Labels(values.clone(), name);
  }

  /** Labels from an array file of integers with one axis. */
  static Labels read(Path path, String field) {
    try (NpyFile file = NpyFile.open(path, field)) {
      NpyHeader header = file.header();
      if (header.shape().size() != 1 || header.type() == NpyHeader.ElementType.FLOAT32) {
        throw new UserException(
            field
                + " "
                + path
                + " holds "
                + header.type().numpyName
                + " of shape "
                + header.shape(),
            "Labels are integers (int64) with one axis: one class per sample");
      }
      int[] values = new int[file.rows()];
      for (int i = 0; i < values.length; i++) {
        long value = integer(file.row(i), header.type());
        if (value != (int) value) {
          throw outOfRange(field + " " + path, i, value, "0 up to the number of classes");
        }
        values[i] = (int) value;
      }
      return new Labels(values, field + " " + path);
    }
  }

  /** Number of labels. */
  public int size() {
    return values.length;
  }

  /** The class of the sample at {@code index}. */
  public int at(int index) {
    return values[index];
  }

  /**
   * Refuses labels of another length than the samples.
   *
   * @throws UserException naming both lengths
   */
  void checkLength(int samples) {
    if (values.length != samples) {
      throw new UserException(
          name + " has " + values.length + " labels for " + samples + " samples",
          "There must be one label per sample, in the same order");
    }
  }

  /**
   * Refuses labels outside 0 .. classes - 1.
   *
   * @throws UserException naming the first such position and its value
   */
  void checkRange(int classes) {
    for (int i = 0; i < values.length; i++) {
      if (values[i] < 0 || values[i] >= classes) {
        throw outOfRange(name, i, values[i], "0 to " + (classes - 1));
      }
    }
  }

  private static UserException outOfRange(String name, int position, long value, String range) {
    return new UserException(
        name + ": the label at position " + position + " is " + value,
        "Labels go from "
            + range
            + ". Maybe they count from 1, or the model has other classes than the data");
  }

  private static long integer(byte[] bytes, NpyHeader.ElementType type) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    return switch (type) {
      case UINT8 -> buffer.get() & 0xff;
      case INT8 -> buffer.get();
      case INT32 -> buffer.getInt();
      case INT64 -> buffer.getLong();
      case FLOAT32 -> throw new IllegalArgumentException("labels are integers");
    };
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Labels labels && Arrays.equals(values, labels.values);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(values);
  }
}
