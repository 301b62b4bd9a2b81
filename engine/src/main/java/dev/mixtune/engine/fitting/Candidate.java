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
   * Factor in squared error that one further bit per weight must earn. On a fine grid a bit earns
   * 4; at 2 bits even a few percent of error are worth a table of 4 bytes per channel. 1.5 takes
   * those and keeps tables away from depthwise channels, where they outweigh the weights.
   */
  private static final double BIT_PRICE = 1.5;

  /** Factor in squared error that pruning may cost, whatever it saves. */
  private static final double PRUNING_PRICE = 1.5;

  /**
   * The error made comparable between forms of storage: a table must earn what it takes, and
   * pruning may cost a little for the bytes that it saves. A layer smaller than the network's
   * average pays as an average one would: its table is nothing to the file, and its error counts as
   * much.
   *
   * @param averageWeights weights of a layer on the average
   */
  double pricedError(double averageWeights) {
    double weightsPaidFor = Math.max(weights.codes().length, averageWeights);
    double priced = error * Math.pow(BIT_PRICE, 8 * weights.tableBytes() / weightsPaidFor);
    return weights.prunedBytes() > 0 ? priced / PRUNING_PRICE : priced;
  }
}
