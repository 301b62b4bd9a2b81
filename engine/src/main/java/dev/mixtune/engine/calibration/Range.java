package dev.mixtune.engine.calibration;

/**
 * The interval of values that an 8-bit activation grid covers.
 *
 * @param low at most 0
 * @param high at least 0
 */
public record Range(float low, float high) {

  public Range {
    if (!(low <= 0 && high >= 0) || !Float.isFinite(low) || !Float.isFinite(high)) {
      throw new IllegalArgumentException("range " + low + " .. " + high);
    }
  }

  /** The smallest range that holds both. */
  public Range union(Range other) {
    return new Range(Math.min(low, other.low), Math.max(high, other.high));
  }
}
