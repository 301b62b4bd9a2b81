package dev.mixtune.engine;

import java.util.Arrays;

/** A dense tensor, row-major. Arrays are shared, not copied: do not change them. */
public sealed interface Tensor {

  /** Axis lengths, outermost first; empty for a scalar. */
  long[] shape();

  /** Float32 values. */
  @SuppressWarnings(
      "ArrayRecordComponent") // a batch of pixels: copying it would cost more than it guards
  record Floats(float[] values, long[] shape) implements Tensor {
    public Floats {
      check(values.length, shape);
    }
  }

  /** Int64 values, such as token ids. */
  @SuppressWarnings("ArrayRecordComponent")
  record Longs(long[] values, long[] shape) implements Tensor {
    public Longs {
      check(values.length, shape);
    }
  }

  /** Number of elements of a shape. */
  static long elements(long[] shape) {
    long product = 1;
    for (long axis : shape) {
      product = Math.multiplyExact(product, axis);
    }
    return product;
  }

  private static void check(int length, long[] shape) {
    if (elements(shape) != length) {
      throw new IllegalArgumentException(
          length + " values do not fill the shape " + Arrays.toString(shape));
    }
  }
}
