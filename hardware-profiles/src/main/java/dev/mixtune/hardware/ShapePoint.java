package dev.mixtune.hardware;

import dev.mixtune.engine.KernelUse;

/**
 * Where a layer lies among the shapes that its kernel is called with, on logarithmic axes (base 2).
 *
 * @param positions rows of the product: output positions of a convolution
 * @param reduction multiply-accumulates behind each output
 * @param columns output channels
 * @param reuse how often an input element is gathered; for depthwise convolutions outputs per
 *     input, because their reduction says the former already
 */
record ShapePoint(double positions, double reduction, double columns, double reuse) {

  /** Number of axes. */
  static final int AXES = 4;

  /** Whether the kernel has weights, without which it has no shape in this sense. */
  static boolean has(KernelUse use) {
    return use.weightElements() > 0 && use.macs() > 0 && use.outputElements() > 0;
  }

  /** The point of a kernel that {@link #has} one. */
  static ShapePoint of(KernelUse use) {
    double rows = (double) use.macs() / use.weightElements();
    double inner = (double) use.macs() / use.outputElements();
    double inputs = Math.max(1, use.inputElements());
    double reuse =
        use.op() == KernelUse.Op.DEPTHWISE_CONV
            ? use.outputElements() / inputs
            : inner * rows / inputs;
    return new ShapePoint(log2(rows), log2(inner), log2(use.outputElements() / rows), log2(reuse));
  }

  /** A kernel at this point: the inverse of {@link #of}, up to rounding. */
  KernelUse kernel(KernelUse.Op op) {
    double rows = Math.pow(2, positions);
    double inner = Math.pow(2, reduction);
    double outputs = rows * Math.pow(2, columns);
    double gathered = op == KernelUse.Op.DEPTHWISE_CONV ? outputs : inner * rows;
    return new KernelUse(
        op,
        dev.mixtune.engine.Arithmetic.FLOAT,
        0,
        "point",
        whole(outputs * inner),
        whole(gathered / Math.pow(2, reuse)),
        whole(outputs),
        whole(inner * Math.pow(2, columns)));
  }

  double axis(int index) {
    return switch (index) {
      case 0 -> positions;
      case 1 -> reduction;
      case 2 -> columns;
      case 3 -> reuse;
      default -> throw new IllegalArgumentException("axis " + index);
    };
  }

  double squaredDistance(ShapePoint other) {
    double sum = 0;
    for (int axis = 0; axis < AXES; axis++) {
      double step = axis(axis) - other.axis(axis);
      sum += step * step;
    }
    return sum;
  }

  private static long whole(double value) {
    return Math.max(1, Math.round(value));
  }

  private static double log2(double value) {
    return Math.log(value) / Math.log(2);
  }
}
