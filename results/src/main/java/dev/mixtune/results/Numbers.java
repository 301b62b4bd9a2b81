package dev.mixtune.results;

/** Checks that keep NaN and infinity out of files and plots. */
final class Numbers {
  private Numbers() {}

  static void requireFinite(String name, double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(name + " is " + value);
    }
  }

  static void requirePositive(String name, double value) {
    requireFinite(name, value);
    if (value <= 0) {
      throw new IllegalArgumentException(name + " is " + value + ", not positive");
    }
  }

  static void requirePositive(String name, long value) {
    if (value <= 0) {
      throw new IllegalArgumentException(name + " is " + value + ", not positive");
    }
  }
}
