package dev.mixtune.training.tuning;

import dev.mixtune.engine.Tensor;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Flips pictures left to right with probability one half and shifts them by up to an eighth of
 * their size either way, zeros moving in. The teacher sees the same pictures.
 *
 * @param random of both
 */
record PictureShifts(RandomGenerator random) {
  private static final int PART = 8;
  private static final int MOST_CHANNELS = 4;

  /** Whether a batch is one of pictures: [N, C, H, W] or [N, H, W, C] with at most 4 channels. */
  static boolean suits(Tensor tensor) {
    long[] shape = tensor.shape();
    return tensor instanceof Tensor.Floats
        && shape.length == 4
        && (shape[1] <= MOST_CHANNELS || shape[3] <= MOST_CHANNELS);
  }

  /** Another batch of the same shape. */
  Tensor.Floats moved(Tensor.Floats batch) {
    int[] axes = Arrays.stream(batch.shape()).mapToInt(Math::toIntExact).toArray();
    boolean channelsFirst = axes[1] <= MOST_CHANNELS;
    int channels = channelsFirst ? axes[1] : axes[3];
    int height = channelsFirst ? axes[2] : axes[1];
    int width = channelsFirst ? axes[3] : axes[2];
    int pixelStep = channelsFirst ? 1 : channels;
    int channelStep = channelsFirst ? height * width : 1;
    float[] moved = new float[batch.values().length];
    for (int picture = 0; picture < axes[0]; picture++) {
      boolean flip = random.nextBoolean();
      int down = random.nextInt(-height / PART, height / PART + 1);
      int right = random.nextInt(-width / PART, width / PART + 1);
      int start = picture * channels * height * width;
      for (int y = Math.max(0, down); y < Math.min(height, height + down); y++) {
        for (int x = Math.max(0, right); x < Math.min(width, width + right); x++) {
          int sourceX = flip ? width - 1 - (x - right) : x - right;
          int to = start + (y * width + x) * pixelStep;
          int from = start + ((y - down) * width + sourceX) * pixelStep;
          for (int channel = 0; channel < channels; channel++) {
            moved[to + channel * channelStep] = batch.values()[from + channel * channelStep];
          }
        }
      }
    }
    return new Tensor.Floats(moved, batch.shape());
  }
}
