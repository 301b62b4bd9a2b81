package dev.mixtune.engine.lowering;

import dev.mixtune.engine.calibration.Range;

/**
 * The UINT8 grid of one activation: {@code value = (code - zeroPoint) * scale}.
 *
 * @param scale positive
 * @param zeroPoint 0..255; 0 when the range starts at 0, which lets a Relu be absorbed
 */
record ActivationGrid(float scale, int zeroPoint) {
  private static final int STEPS = 255;
  private static final double LEAST_WIDTH = 1e-9;

  /**
   * The grid that covers a range but leaves no code for what an activation cuts off: otherwise the
   * runtime does not absorb that activation.
   */
  static ActivationGrid of(Range range, ActivationLimits limits) {
    // In double precision, because a mask at the end of float's range has a width beyond it.
    double width = Math.max(LEAST_WIDTH, (double) range.high() - range.low());
    double step = width / STEPS;
    double exact = Math.max(0, Math.min(STEPS, -range.low() / step));
    // Rounding the zero point moves the ends by part of a step, perhaps beyond a limit; the side
    // on which less of the step has to go is the better one.
    double zeroPoint = Math.rint(exact);
    double other = zeroPoint < exact ? Math.ceil(exact) : Math.floor(exact);
    if (largestStep(other, step, limits) > largestStep(zeroPoint, step, limits)) {
      zeroPoint = other;
    }
    double scale = largestStep(zeroPoint, step, limits);
    return new ActivationGrid(
        Math.nextDown((float) (scale > 0 ? scale : LEAST_WIDTH / STEPS)), (int) zeroPoint);
  }

  /** The largest step up to {@code step} with which a grid ends within the limits. */
  private static double largestStep(double zeroPoint, double step, ActivationLimits limits) {
    double largest = step;
    if (zeroPoint > 0) {
      largest = Math.min(largest, -limits.low() / zeroPoint);
    }
    if (zeroPoint < STEPS) {
      largest = Math.min(largest, limits.high() / (STEPS - zeroPoint));
    }
    return largest;
  }
}
