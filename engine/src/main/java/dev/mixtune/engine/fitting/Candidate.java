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

  /**
   * Factor in squared error that pruning may cost for each bit per weight that it saves: as much as
   * a grid that is narrower by one bit.
   */
  private static final double PRUNED_BIT_PRICE = 4;

  /**
   * The error made comparable between forms of storage: a table must earn what it takes, and
   * pruning at 4 bits may cost what it saves. At 8 bits it may not: it leaves 5 bits per weight
   * with more error than a codebook of 4 (decisions/0014). A layer smaller than the network's
   * average pays for its table as an average one would: it is nothing to the file, and the layer's
   * error counts as much.
   *
   * @param averageWeights weights of a layer on the average
   */
  double pricedError(double averageWeights) {
    double tableBits = 8 * weights.tableBytes() / Math.max(weights.codes().length, averageWeights);
    double savedBits =
        weights.bits() == 4 ? 8.0 * weights.prunedBytes() / weights.codes().length : 0;
    return error * Math.pow(BIT_PRICE, tableBits) / Math.pow(PRUNED_BIT_PRICE, savedBits);
  }
}
