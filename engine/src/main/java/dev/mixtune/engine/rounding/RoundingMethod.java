package dev.mixtune.engine.rounding;

import dev.mixtune.engine.graph.ChannelLayout;

/**
 * Puts a weight tensor on a symmetric per-channel integer grid. Each way is one class; they are
 * listed in {@link RoundingMethods}.
 */
public interface RoundingMethod {

  /** Stable name, such as {@code mse}. */
  String name();

  /**
   * Rounds a tensor.
   *
   * @param weights finite values in the layout's order; not changed
   * @param layout where the output channels lie
   * @param bits 2, 4 or 8
   */
  RoundedWeights round(float[] weights, ChannelLayout layout, int bits);
}
