package dev.mixtune.engine.rounding;

import dev.mixtune.engine.graph.ChannelLayout;

/**
 * Rounds to nearest after a search for each channel's scale.
 *
 * <p>With one candidate the scale is the one that just covers the largest magnitude
 * (round-to-nearest). With more, the scale with the least squared error of the weights wins:
 * clipping a few large weights pays when the grid is coarse.
 */
final class ScaleSearchRounding implements RoundingMethod {
  /** A channel of zeros still needs a scale that no kernel divides by zero with. */
  private static final float LEAST_SCALE = 1e-12f;

  private final String name;
  private final double leastShare;
  private final int candidates;

  private ScaleSearchRounding(String name, double leastShare, int candidates) {
    this.name = name;
    this.leastShare = leastShare;
    this.candidates = candidates;
  }

  /** Scales cover the largest magnitude. */
  static ScaleSearchRounding nearest() {
    return new ScaleSearchRounding("nearest", 1, 1);
  }

  /** Scales minimise the squared error of the weights. */
  static ScaleSearchRounding leastSquares() {
    return new ScaleSearchRounding("mse", 0.25, 120);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public RoundedWeights round(float[] weights, ChannelLayout layout, int bits) {
    int least = -(1 << (bits - 1));
    int most = -least - 1;
    byte[] codes = new byte[weights.length];
    float[] scales = new float[layout.channels()];
    float[] channel = new float[layout.perChannel()];
    for (int c = 0; c < layout.channels(); c++) {
      for (int k = 0; k < channel.length; k++) {
        channel[k] = weights[layout.position(c, k)];
      }
      scales[c] = scale(channel, least, most);
      for (int k = 0; k < channel.length; k++) {
        codes[layout.position(c, k)] = (byte) code(channel[k], scales[c], least, most);
      }
    }
    return new RoundedWeights(bits, codes, scales, layout, name);
  }

  private float scale(float[] channel, int least, int most) {
    float largest = 0;
    for (float weight : channel) {
      largest = Math.max(largest, Math.abs(weight));
    }
    float covering = Math.max(LEAST_SCALE, largest / most);
    float best = covering;
    double leastError = Double.POSITIVE_INFINITY;
    for (int i = candidates; i >= 1; i--) {
      double share = candidates == 1 ? 1 : leastShare + (1 - leastShare) * i / candidates;
      float scale = Math.max(LEAST_SCALE, (float) (covering * share));
      double error = squaredError(channel, scale, least, most, leastError);
      if (error < leastError) {
        leastError = error;
        best = scale;
      }
    }
    return best;
  }

  /**
   * Stops as soon as the sum is no better than {@code bound}: tables of millions of rows are long.
   */
  private static double squaredError(
      float[] channel, float scale, int least, int most, double bound) {
    double sum = 0;
    for (int i = 0; i < channel.length && sum < bound; i++) {
      double difference = channel[i] - (double) code(channel[i], scale, least, most) * scale;
      sum += difference * difference;
    }
    return sum;
  }

  private static int code(float weight, float scale, int least, int most) {
    return Math.max(least, Math.min(most, Math.round(weight / scale)));
  }
}
