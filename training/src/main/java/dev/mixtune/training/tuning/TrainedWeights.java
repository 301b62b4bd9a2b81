package dev.mixtune.training.tuning;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.mixtune.engine.rounding.RoundedWeights;
import java.util.Arrays;
import java.util.List;

/**
 * The weights of one layer while they are trained: floats behind an integer grid that is trained
 * with them. Both are kept in units of their channel's magnitude, so that one learning rate suits
 * all channels and widths.
 */
sealed interface TrainedWeights permits UniformGrid, Codebook {
  /**
   * How much slower than single weights the grid of a channel and its bias are trained. A level
   * moves many weights the same way, and behind a ReLU all inputs have one sign: its noise adds up
   * where that of single weights averages out. Adam's steps do not know, so the unit tells them.
   */
  float SLOWER = 0.1f;

  /** The weights as the lowered model computes with them, differentiable in the variables. */
  NDArray values();

  /** What is trained. */
  List<NDArray> variables();

  /** Takes back what a step moved beyond the ends of the grid, where no gradient reaches it. */
  void project();

  /** Codes and scales as they are now: exactly {@link #values}. */
  RoundedWeights rounded();

  /** A shape that broadcasts one value per channel over a weight. */
  static Shape perChannel(Shape weight, int axis) {
    long[] axes = new long[weight.dimension()];
    Arrays.fill(axes, 1);
    axes[axis] = weight.get(axis);
    return new Shape(axes);
  }

  /** Root mean square of each channel; at least a trifle, for dead channels. */
  static float[] magnitudes(float[] weights, RoundedWeights start) {
    float[] magnitudes = new float[start.layout().channels()];
    for (int channel = 0; channel < magnitudes.length; channel++) {
      double sum = 0;
      for (int k = 0; k < start.layout().perChannel(); k++) {
        double weight = weights[start.layout().position(channel, k)];
        sum += weight * weight;
      }
      double mean = Math.sqrt(sum / start.layout().perChannel());
      magnitudes[channel] = (float) Math.max(mean, start.scales()[channel] / 4);
    }
    return magnitudes;
  }

  /** Codes of floats that are whole numbers. */
  static byte[] bytes(NDArray codes) {
    float[] values = codes.toFloatArray();
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) Math.round(values[i]);
    }
    return bytes;
  }
}
