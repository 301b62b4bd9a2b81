package dev.mixtune.engine.calibration;

/**
 * Cuts both ends where that makes the mean squared error of the grid smallest: rare large values
 * then cost less than a coarse step for all others.
 */
final class MseRange implements RangeMethod {
  private static final int STEPS = 80;
  private static final double LEAST_SHARE = 0.2;
  private static final int ROUNDS = 3;

  @Override
  public String name() {
    return "mse";
  }

  @Override
  public Range range(ActivationHistogram histogram) {
    double lowest = Math.min(0, histogram.minimum());
    double highest = Math.max(0, histogram.maximum());
    double low = lowest;
    double high = highest;
    // Coordinate descent: the two ends interact only through the step.
    for (int round = 0; round < ROUNDS; round++) {
      high = bestEnd(histogram, low, highest, /* upper= */ true);
      low = bestEnd(histogram, high, lowest, /* upper= */ false);
    }
    return new Range((float) low, (float) high);
  }

  private static double bestEnd(
      ActivationHistogram histogram, double otherEnd, double extreme, boolean upper) {
    double best = extreme;
    double least = Double.POSITIVE_INFINITY;
    for (int i = STEPS; i >= 0; i--) {
      double end = extreme * (LEAST_SHARE + (1 - LEAST_SHARE) * i / STEPS);
      double error =
          upper ? histogram.squaredError(otherEnd, end) : histogram.squaredError(end, otherEnd);
      if (error < least) {
        least = error;
        best = end;
      }
    }
    return best;
  }
}
