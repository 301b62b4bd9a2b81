package dev.mixtune.engine.calibration;

import java.util.List;

/** The list of range methods. A new one is added here and nowhere else. */
public final class RangeMethods {
  private static final List<RangeMethod> ALL =
      List.of(
          new MinMaxRange(),
          new MseRange(),
          new PercentileRange(99.99),
          new PercentileRange(99.9),
          new EntropyRange());

  private RangeMethods() {}

  /** All methods. */
  public static List<RangeMethod> all() {
    return ALL;
  }

  /**
   * The method of this name.
   *
   * @throws IllegalArgumentException when there is none
   */
  public static RangeMethod named(String name) {
    return ALL.stream()
        .filter(method -> method.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no range method '" + name + "'"));
  }
}
