package dev.mixtune.evaluators;

import dev.mixtune.engine.UserException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;

/** One label per sample of a source: its class, or a number that people gave it. Immutable. */
public final class Labels {
  private final double[] values;
  private final boolean areClasses;
  private final String name;

  private Labels(double[] values, boolean areClasses, String name) {
    this.values = values;
    this.areClasses = areClasses;
    this.name = name;
  }

  /**
   * Classes from memory.
   *
   * @param values 0-based class of each sample
   * @param name where they come from, for messages
   */
  public static Labels of(int[] values, String name) {
    return new Labels(Arrays.stream(values).asDoubleStream().toArray(), true, name);
  }

  /**
   * Numbers from memory, for metrics such as a correlation.
   *
   * @param values finite
   * @param name where they come from, for messages
   */
  public static Labels ofNumbers(double[] values, String name) {
    if (!Arrays.stream(values).allMatch(Double::isFinite)) {
      throw new IllegalArgumentException(name + " holds a label that is no finite number");
    }
    return new Labels(values.clone(), false, name);
  }

  /**
   * Labels from an array file with one axis.
   *
   * @param numbers whether any number will do; else they must be integers
   */
  static Labels read(Path path, String field, boolean numbers) {
    try (NpyFile file = NpyFile.open(path, field)) {
      NpyHeader header = file.header();
      boolean isFloat = header.type() == NpyHeader.ElementType.FLOAT32;
      if (header.shape().size() != 1 || (isFloat && !numbers)) {
        throw new UserException(
            field
                + " "
                + path
                + " holds "
                + header.type().numpyName
                + " of shape "
                + header.shape(),
            numbers
                ? "Labels have one axis: one number per sample"
                : "Labels are integers (int64) with one axis: one class per sample");
      }
      double[] values = new double[file.rows()];
      for (int i = 0; i < values.length; i++) {
        values[i] = value(file.row(i), header.type());
        if (numbers ? !Double.isFinite(values[i]) : values[i] != (int) values[i]) {
          throw wrong(
              field + " " + path,
              i,
              values[i],
              numbers ? "Labels are finite numbers" : range("the number of classes"));
        }
      }
      return new Labels(values, !numbers, field + " " + path);
    }
  }

  /** Number of labels. */
  public int size() {
    return values.length;
  }

  /** The class of the sample at {@code index}. */
  public int at(int index) {
    return (int) values[index];
  }

  /** The label of the sample at {@code index} as a number. */
  public double number(int index) {
    return values[index];
  }

  /** Whether the labels are classes. */
  boolean areClasses() {
    return areClasses;
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
        throw wrong(name, i, values[i], range(Integer.toString(classes - 1)));
      }
    }
  }

  private static UserException wrong(String name, int position, double value, String wayOut) {
    return new UserException(
        name + ": the label at position " + position + " is " + text(value), wayOut);
  }

  private static String range(String last) {
    return "Labels go from 0 to "
        + last
        + ". Maybe they count from 1, or the model has other classes than the data";
  }

  private static String text(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e18
        ? Long.toString((long) value)
        : Double.toString(value);
  }

  private static double value(byte[] bytes, NpyHeader.ElementType type) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    return switch (type) {
      case UINT8 -> buffer.get() & 0xff;
      case INT8 -> buffer.get();
      case INT32 -> buffer.getInt();
      case INT64 -> (double) buffer.getLong();
      case FLOAT32 -> buffer.getFloat();
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
