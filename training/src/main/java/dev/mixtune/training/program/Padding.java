package dev.mixtune.training.program;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.stream.LongStream;

/** Adds constant values around an array, or cuts off where a count is negative. */
final class Padding {
  private Padding() {}

  /**
   * Pads the last axes.
   *
   * @param begin elements before, one count for each of the last axes
   * @param end elements behind
   */
  static NDArray around(NDArray array, long[] begin, long[] end, double value) {
    return widened(cut(array, begin, end), begin, end, value);
  }

  private static NDArray cut(NDArray array, long[] begin, long[] end) {
    if (LongStream.concat(Arrays.stream(begin), Arrays.stream(end)).allMatch(n -> n >= 0)) {
      return array;
    }
    int first = array.getShape().dimension() - begin.length;
    NDIndex kept = new NDIndex();
    for (int axis = 0; axis < array.getShape().dimension(); axis++) {
      long length = array.getShape().get(axis);
      long before = axis < first ? 0 : Math.min(0, begin[axis - first]);
      long behind = axis < first ? 0 : Math.min(0, end[axis - first]);
      kept.addSliceDim(-before, length + behind);
    }
    return array.get(kept);
  }

  private static NDArray widened(NDArray array, long[] begin, long[] end, double value) {
    if (LongStream.concat(Arrays.stream(begin), Arrays.stream(end)).allMatch(n -> n <= 0)) {
      return array;
    }
    // PyTorch counts axes from the last.
    long[] pads = new long[2 * begin.length];
    for (int i = 0; i < begin.length; i++) {
      pads[2 * i] = Math.max(0, begin[begin.length - 1 - i]);
      pads[2 * i + 1] = Math.max(0, end[begin.length - 1 - i]);
    }
    return array.pad(new Shape(pads), value);
  }
}
