package dev.mixtune.evaluators;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** How stored values become the model's input: {@code x = (value - mean) / std}, in float32. */
public sealed interface Scaling {

  /** Values are the model's input as they are. */
  record None() implements Scaling {}

  /**
   * Given by the task file.
   *
   * @param mean one value for all channels, or one per channel, on the stored values (0..255 for
   *     pictures)
   * @param std as many values or one, none of them 0
   */
  record Given(List<Double> mean, List<Double> std) implements Scaling {
    public Given {
      mean = List.copyOf(mean);
      std = List.copyOf(std);
      if (mean.isEmpty() || std.isEmpty()) {
        throw new IllegalArgumentException("mean and std need at least one value");
      }
      if (!mean.stream().allMatch(Double::isFinite)
          || !std.stream().allMatch(s -> Double.isFinite(s) && s != 0)) {
        throw new IllegalArgumentException("mean " + mean + ", std " + std);
      }
    }
  }

  /**
   * The usual recipe, taken when nobody said otherwise: three channels get the ImageNet statistics
   * (mean 123.675, 116.28, 103.53; std 58.395, 57.12, 57.375), any other number of channels goes
   * from 0..255 to 0..1.
   */
  record ImageDefaults() implements Scaling {}

  /**
   * The concrete figures for a number of channels.
   *
   * @return mean and std, each of length {@code channels}, or null when their number does not fit
   */
  default float @Nullable [][] forChannels(int channels) {
    Given given;
    if (this instanceof Given g) {
      given = g;
    } else if (this instanceof ImageDefaults && channels == 3) {
      given = new Given(List.of(123.675, 116.28, 103.53), List.of(58.395, 57.12, 57.375));
    } else if (this instanceof ImageDefaults) {
      given = new Given(List.of(0.0), List.of(255.0));
    } else {
      given = new Given(List.of(0.0), List.of(1.0));
    }
    float[] mean = spread(given.mean(), channels);
    float[] std = spread(given.std(), channels);
    return mean.length == channels && std.length == channels ? new float[][] {mean, std} : null;
  }

  private static float[] spread(List<Double> values, int channels) {
    float[] spread = new float[values.size() == 1 ? channels : values.size()];
    for (int i = 0; i < spread.length; i++) {
      spread[i] = values.get(values.size() == 1 ? 0 : i).floatValue();
    }
    return spread;
  }
}
