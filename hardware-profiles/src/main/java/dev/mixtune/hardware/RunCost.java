package dev.mixtune.hardware;

import dev.mixtune.engine.Basis;

/**
 * What every run of a model costs, whatever it computes.
 *
 * @param micros microseconds, 0 or more
 * @param basis where the figure comes from, never {@link Basis#NO_KERNEL}
 * @param source a sentence
 */
public record RunCost(double micros, Basis basis, String source) {
  public RunCost {
    if (!(micros >= 0) || Double.isInfinite(micros)) {
      throw new IllegalArgumentException("micros is " + micros + ", not a number of 0 or more");
    }
    if (basis == Basis.NO_KERNEL || source.isBlank()) {
      throw new IllegalArgumentException("a run's cost needs a basis and a source");
    }
  }
}
