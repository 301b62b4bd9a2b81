package dev.mixtune.training.program;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;

/**
 * Numbers in differentiable products. {@link NDArray#mul(Number)}, {@code div} and {@code pow} of
 * DJL's PyTorch engine make an array of the number and close it at once. PyTorch keeps that array
 * for the gradient, but its memory is a direct buffer of Java, which is now nobody's: when garbage
 * is collected before the gradient is taken, the gradient is multiplied by whatever lies there
 * then. Here the number lives as long as its product, to the end of the caller's scope.
 */
public final class Factor {
  private Factor() {}

  /** The product. Needs a scope. */
  public static NDArray times(NDArray array, double factor) {
    return array.mul(number(array, factor));
  }

  /** The quotient. Needs a scope. */
  public static NDArray over(NDArray array, double divisor) {
    return array.div(number(array, divisor));
  }

  /** The power. Needs a scope. */
  static NDArray power(NDArray array, double exponent) {
    return array.pow(number(array, exponent));
  }

  /** Of the array's own type: one of another would decide the type of a product of two numbers. */
  private static NDArray number(NDArray array, double value) {
    return array.getDataType() == DataType.FLOAT64
        ? array.getManager().create(value)
        : array.getManager().create((float) value);
  }
}
