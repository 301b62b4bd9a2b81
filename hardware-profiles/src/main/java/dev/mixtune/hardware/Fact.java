package dev.mixtune.hardware;

/**
 * One number about a device, with where it comes from.
 *
 * @param value the number, greater than 0
 * @param status how sure it is
 * @param source who says so, a sentence
 */
public record Fact(double value, Status status, String source) {

  /** How sure a fact about a device is. */
  public enum Status {
    /** Measured on the device. */
    MEASURED,
    /** Published by somebody who can know. */
    PUBLISHED,
    /** Taken from a close relative of the device, or computed from other facts. */
    MODELLED,
    /** No source was found: a stated assumption. */
    ASSUMED
  }

  public Fact {
    if (!(value > 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException("value is " + value + ", not a number above 0");
    }
    if (source.isBlank()) {
      throw new IllegalArgumentException("source is empty");
    }
  }
}
