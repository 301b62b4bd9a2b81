package dev.mixtune.engine.calibration;

import java.util.Locale;

/** Cuts off the same small share of all values at each end. */
final class PercentileRange implements RangeMethod {
  private final double percent;

  /**
   * @param percent of all values that stay on this side of each end, above 50
   */
  PercentileRange(double percent) {
    this.percent = percent;
  }

  @Override
  public String name() {
    return String.format(Locale.ROOT, "percentile-%s", percent);
  }

  @Override
  public Range range(ActivationHistogram histogram) {
    double low = histogram.quantile(1 - percent / 100);
    double high = histogram.quantile(percent / 100);
    return new Range((float) Math.min(0, low), (float) Math.max(0, high));
  }
}
