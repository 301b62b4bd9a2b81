package dev.mixtune.engine.rounding;

import java.util.List;

/** The list of rounding methods. A new one is added here and nowhere else. */
public final class RoundingMethods {
  private static final List<RoundingMethod> ALL =
      List.of(ScaleSearchRounding.nearest(), ScaleSearchRounding.leastSquares());

  private RoundingMethods() {}

  /** All methods. */
  public static List<RoundingMethod> all() {
    return ALL;
  }

  /**
   * The method of this name.
   *
   * @throws IllegalArgumentException when there is none
   */
  public static RoundingMethod named(String name) {
    return ALL.stream()
        .filter(method -> method.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no rounding method '" + name + "'"));
  }
}
