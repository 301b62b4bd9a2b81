package dev.mixtune.engine.fitting;

import dev.mixtune.engine.rounding.RoundedWeights;
import org.jspecify.annotations.Nullable;

/**
 * One way to round a layer.
 *
 * @param weights the rounded weights; their method names the way
 * @param bias the bias that goes with them; null where the layer has none
 * @param error relative output error on held-back samples, see {@link OutputError}
 */
@SuppressWarnings("ArrayRecordComponent") // handed to the library, never changed
record Candidate(RoundedWeights weights, float @Nullable [] bias, double error) {

  /**
   * The error made comparable between forms of storage: each further bit per weight must earn what
   * it earns on any fine grid, a quarter of the squared error.
   */
  double pricedError() {
    double extraBits = 8.0 * weights.tableBytes() / weights.codes().length;
    return error * Math.pow(4, extraBits);
  }
}
