package dev.mixtune.engine.lowering;

import dev.mixtune.engine.rounding.RoundedWeights;

/**
 * An INT32 bias on the grid of the products it is added to: input scale times weight scale.
 *
 * <p>Where the weights of a channel are so small that its bias has no INT32 code on that grid (dead
 * channels of a folded BatchNormalization), the weights move to the finest grid on which it has
 * one. Their rounding error then stays below the last bits of the bias.
 *
 * @param codes one per output channel
 * @param weights as given, or with wider scales in the channels concerned
 */
@SuppressWarnings("ArrayRecordComponent") // lives as long as one lowering
record IntegerBias(int[] codes, RoundedWeights weights) {
  /** Leaves room for the products that are added to the bias. */
  private static final double LIMIT = 1 << 30;

  /**
   * @param bias one value for all channels, or one per channel
   * @param inputScale scale of the layer's input
   */
  static IntegerBias of(float[] bias, float inputScale, RoundedWeights weights) {
    int channels = weights.layout().channels();
    float[] scales = weights.scales().clone();
    int[] codes = new int[channels];
    boolean widened = false;
    for (int c = 0; c < channels; c++) {
      double value = bias.length == 1 ? bias[0] : bias[c];
      double least = Math.abs(value) / (LIMIT * inputScale);
      if (least > scales[c]) {
        scales[c] = (float) least;
        widened = true;
      }
      codes[c] = (int) Math.rint(value / ((double) inputScale * scales[c]));
    }
    return new IntegerBias(codes, widened ? regrid(weights, scales) : weights);
  }

  /** The same weights on a grid whose steps are the same or wider. */
  private static RoundedWeights regrid(RoundedWeights weights, float[] scales) {
    byte[] codes = weights.codes().clone();
    for (int c = 0; c < scales.length; c++) {
      double ratio = (double) weights.scales()[c] / scales[c];
      for (int k = 0; k < weights.layout().perChannel(); k++) {
        int at = weights.layout().position(c, k);
        codes[at] = (byte) Math.rint(codes[at] * ratio);
      }
    }
    return new RoundedWeights(weights.bits(), codes, scales, weights.layout(), weights.method());
  }
}
