package dev.mixtune.training.program;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;

/**
 * How a convolution or pooling moves over the spatial axes.
 *
 * @param kernel elements along each axis
 * @param begin padding before
 * @param end padding behind
 */
@SuppressWarnings("ArrayRecordComponent") // lives as long as one call
record Window(long[] kernel, long[] strides, long[] dilations, long[] begin, long[] end) {

  /** The window of a node over an input {@code [N, C, ...]}; {@code auto_pad} resolved. */
  static Window of(Attributes attributes, long[] kernel, NDArray input) {
    int axes = kernel.length;
    long[] strides = attributes.integers("strides").orElseGet(() -> ones(axes));
    long[] dilations = attributes.integers("dilations").orElseGet(() -> ones(axes));
    long[] pads = attributes.integers("pads").orElseGet(() -> new long[2 * axes]);
    long[] begin = Arrays.copyOf(pads, axes);
    long[] end = Arrays.copyOfRange(pads, axes, 2 * axes);
    String automatic = attributes.text("auto_pad", "NOTSET");
    if (automatic.startsWith("SAME")) {
      for (int i = 0; i < axes; i++) {
        long length = input.getShape().get(i + 2);
        long outputs = (length + strides[i] - 1) / strides[i];
        long reach = (kernel[i] - 1) * dilations[i] + 1;
        long total = Math.max(0, (outputs - 1) * strides[i] + reach - length);
        begin[i] = automatic.equals("SAME_LOWER") ? total - total / 2 : total / 2;
        end[i] = total - begin[i];
      }
    }
    return new Window(kernel, strides, dilations, begin, end);
  }

  private static long[] ones(int count) {
    long[] ones = new long[count];
    Arrays.fill(ones, 1);
    return ones;
  }

  boolean isSymmetric() {
    return Arrays.equals(begin, end);
  }

  boolean isPadded() {
    return Arrays.stream(begin).anyMatch(n -> n > 0) || Arrays.stream(end).anyMatch(n -> n > 0);
  }

  Shape kernelShape() {
    return new Shape(kernel);
  }

  Shape stride() {
    return new Shape(strides);
  }

  Shape dilation() {
    return new Shape(dilations);
  }

  /** No padding, for inputs that are padded already. */
  Shape noPadding() {
    return new Shape(new long[kernel.length]);
  }
}
