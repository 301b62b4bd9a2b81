package dev.mixtune.engine.calibration;

/**
 * Cuts magnitudes off above the threshold at which the values lose least information on 256 codes:
 * the range whose quantized distribution has the least Kullback-Leibler divergence from the values'
 * own (Migacz 2017, "8-bit inference with TensorRT"; there the range stays symmetric, here it ends
 * where the values do).
 */
final class EntropyRange implements RangeMethod {
  private static final int STEPS = 64;
  private static final double LEAST_SHARE = 0.1;

  @Override
  public String name() {
    return "entropy";
  }

  @Override
  public Range range(ActivationHistogram histogram) {
    double lowest = Math.min(0, histogram.minimum());
    double highest = Math.max(0, histogram.maximum());
    double largest = Math.max(-lowest, highest);
    double best = largest;
    double least = Double.POSITIVE_INFINITY;
    for (int i = STEPS; i >= 0; i--) {
      double share = LEAST_SHARE + (1 - LEAST_SHARE) * i / STEPS;
      double threshold = largest * share;
      double divergence =
          histogram.divergence(Math.max(lowest, -threshold), Math.min(highest, threshold));
      if (divergence < least) {
        least = divergence;
        best = threshold;
      }
    }
    return new Range((float) Math.max(lowest, -best), (float) Math.min(highest, best));
  }
}
