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
    double low = range.low();
    double width = Math.max(LEAST_WIDTH, range.high() - low);
    double scale = width / STEPS;
    int zeroPoint = (int) Math.max(0, Math.min(STEPS, Math.rint(-low / scale)));
    // The zero point moved the ends by up to half a step, perhaps beyond a limit.
    if (zeroPoint > 0) {
      scale = Math.min(scale, -limits.low() / zeroPoint);
    }
    if (zeroPoint < STEPS) {
      scale = Math.min(scale, limits.high() / (STEPS - zeroPoint));
    }
    if (!(scale > 0)) {
      scale = LEAST_WIDTH / STEPS;
    }
    return new ActivationGrid(Math.nextDown((float) scale), zeroPoint);
  }
}
