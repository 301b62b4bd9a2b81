package dev.mixtune.cli;

import java.util.Locale;

/** How much of a network's rounding is fitted to calibration samples. */
enum RoundingDepth {
  /** Activation ranges and weights. */
  FITTED,

  /** Activation ranges; weights are rounded to the nearest codes of their best scale. */
  RANGES,

  /** Nothing: one method for all ranges, weights as with {@link #RANGES}. */
  QUICK;

  /** As it stands in a study. */
  String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
