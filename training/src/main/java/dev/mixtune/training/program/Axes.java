package dev.mixtune.training.program;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Reductions over several axes; DJL's reduce over one. */
final class Axes {
  private Axes() {}

  /** Reduces one axis to length 1. */
  @FunctionalInterface
  interface Along {
    NDArray reduce(NDArray array, int axis);
  }

  /** Reduces axes one after the other; they stay with length 1, or go. */
  static NDArray reduce(NDArray array, int[] axes, boolean keep, Along along) {
    NDArray reduced = array;
    for (int axis : axes) {
      reduced = along.reduce(reduced, axis);
    }
    if (keep) {
      return reduced;
    }
    long[] shape = array.getShape().getShape();
    long[] left =
        IntStream.range(0, shape.length)
            .filter(axis -> Arrays.stream(axes).noneMatch(gone -> gone == axis))
            .mapToLong(axis -> shape[axis])
            .toArray();
    return reduced.reshape(new Shape(left));
  }

  static NDArray mean(NDArray array, int[] axes) {
    return reduce(array, axes, /* keep= */ true, Axes::mean);
  }

  static NDArray mean(NDArray array, int axis) {
    return array.mean(new int[] {axis}, true);
  }

  static NDArray sum(NDArray array, int axis) {
    return array.sum(new int[] {axis}, true);
  }

  static NDArray max(NDArray array, int axis) {
    return array.max(new int[] {axis}, true);
  }
}
