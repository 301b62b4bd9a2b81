package dev.mixtune.engine.calibration;

/**
 * Chooses the interval that an 8-bit activation grid covers. Each way is one class; they are listed
 * in {@link RangeMethods}.
 */
public interface RangeMethod {

  /** Stable name, such as {@code mse}. */
  String name();

  /** The range for a tensor with this distribution; always holds 0. */
  Range range(ActivationHistogram histogram);
}
