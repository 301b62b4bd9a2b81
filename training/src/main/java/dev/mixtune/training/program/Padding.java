package dev.mixtune.training.program;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;

/** Adds constant values around an array. */
final class Padding {
  private Padding() {}

  /**
   * Pads the last axes.
   *
   * @param begin elements before, one count for each of the last axes
   * @param end elements behind
   */
  static NDArray around(NDArray array, long[] begin, long[] end, double value) {
    if (Arrays.stream(begin).allMatch(n -> n == 0) && Arrays.stream(end).allMatch(n -> n == 0)) {
      return array;
    }
    // PyTorch counts axes from the last.
    long[] pads = new long[2 * begin.length];
    for (int i = 0; i < begin.length; i++) {
      pads[2 * i] = begin[begin.length - 1 - i];
      pads[2 * i + 1] = end[begin.length - 1 - i];
    }
    return array.pad(new Shape(pads), value);
  }
}
