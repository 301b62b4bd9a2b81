package dev.mixtune.training.tuning;

import dev.mixtune.engine.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Flips pictures left to right with probability one half. The teacher sees the same pictures. They
 * are not shifted: a network that was trained without shifts answers shifted pictures worse, and
 * the plan would learn to repeat those answers.
 *
 * @param random decides for each picture
 */
record PictureFlips(RandomGenerator random) {
  private static final int MOST_CHANNELS = 4;

  /** Whether a batch is one of pictures: [N, C, H, W] or [N, H, W, C] with at most 4 channels. */
  private static boolean suits(Tensor tensor) {
    long[] shape = tensor.shape();
    return tensor instanceof Tensor.Floats
        && shape.length == 4
        && (shape[1] <= MOST_CHANNELS || shape[3] <= MOST_CHANNELS);
  }

  /** The inputs, by name; pictures among them flipped. */
  Map<String, Tensor> flipped(Map<String, Tensor> inputs) {
    Map<String, Tensor> flipped = new HashMap<>(inputs);
    inputs.forEach(
        (name, tensor) -> {
          if (suits(tensor)) {
            flipped.put(name, flipped((Tensor.Floats) tensor));
          }
        });
    return flipped;
  }

  private Tensor.Floats flipped(Tensor.Floats batch) {
    int[] axes = Arrays.stream(batch.shape()).mapToInt(Math::toIntExact).toArray();
    boolean channelsFirst = axes[1] <= MOST_CHANNELS;
    int width = channelsFirst ? axes[3] : axes[2];
    int pixel = channelsFirst ? 1 : axes[3];
    int row = width * pixel;
    float[] values = batch.values().clone();
    int rows = axes[1] * axes[2] * axes[3] / row;
    for (int picture = 0; picture < axes[0]; picture++) {
      if (!random.nextBoolean()) {
        continue;
      }
      for (int start = picture * rows * row, i = 0; i < rows; i++, start += row) {
        for (int x = 0; x < width; x++) {
          System.arraycopy(
              batch.values(), start + (width - 1 - x) * pixel, values, start + x * pixel, pixel);
        }
      }
    }
    return new Tensor.Floats(values, batch.shape());
  }
}
