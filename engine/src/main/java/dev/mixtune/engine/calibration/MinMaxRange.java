package dev.mixtune.engine.calibration;

/** Covers every value seen during calibration. */
final class MinMaxRange implements RangeMethod {

  @Override
  public String name() {
    return "min-max";
  }

  @Override
  public Range range(ActivationHistogram histogram) {
    return new Range(Math.min(0, histogram.minimum()), Math.max(0, histogram.maximum()));
  }
}
