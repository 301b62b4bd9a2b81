package dev.mixtune.engine.lowering;

import dev.mixtune.engine.calibration.Range;

/**
 * The UINT8 grid of one activation: {@code value = (code - zeroPoint) * scale}.
 *
 * @param scale positive
 * @param zeroPoint 0..255; 0 when the range starts at 0, which lets a Relu be absorbed
 */
record ActivationGrid(float scale, int zeroPoint) {
  private static final float LEAST_WIDTH = 1e-9f;

  static ActivationGrid of(Range range) {
    float width = Math.max(LEAST_WIDTH, range.high() - range.low());
    // Rounded down: a Clip is absorbed only when the grid ends within its bounds.
    float scale = Math.nextDown(width / 255f);
    int zeroPoint = Math.max(0, Math.min(255, Math.round(-range.low() / scale)));
    return new ActivationGrid(scale, range.low() == 0 ? 0 : zeroPoint);
  }
}
