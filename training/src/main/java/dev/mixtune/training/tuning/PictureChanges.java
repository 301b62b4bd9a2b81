package dev.mixtune.training.tuning;

import dev.mixtune.engine.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Flips pictures left to right with probability one half and, if wanted, shifts them by up to an
 * eighth of their size either way. The least value that a channel has anywhere in the batch moves
 * in: black, for pictures.
 *
 * @param random decides for each picture
 * @param shifts whether pictures are shifted too
 */
record PictureChanges(RandomGenerator random, boolean shifts) {
  private static final int MOST_CHANNELS = 4;
  private static final int PART = 8;

  /** Whether a batch is one of pictures: [N, C, H, W] or [N, H, W, C] with at most 4 channels. */
  private static boolean suits(Tensor tensor) {
    long[] shape = tensor.shape();
    return tensor instanceof Tensor.Floats
        && shape.length == 4
        && (shape[1] <= MOST_CHANNELS || shape[3] <= MOST_CHANNELS);
  }

  /** Whether there are pictures among the inputs. */
  static boolean suits(Map<String, Tensor> inputs) {
    return inputs.values().stream().anyMatch(PictureChanges::suits);
  }

  /** The inputs, by name; pictures among them changed. */
  Map<String, Tensor> changed(Map<String, Tensor> inputs) {
    Map<String, Tensor> changed = new HashMap<>(inputs);
    inputs.forEach(
        (name, tensor) -> {
          if (suits(tensor)) {
            changed.put(name, changed((Tensor.Floats) tensor));
          }
        });
    return changed;
  }

  private Tensor.Floats changed(Tensor.Floats batch) {
    Layout layout = Layout.of(batch.shape());
    float[] values = batch.values();
    float[] changed = values.clone();
    float[] least = shifts ? layout.leastOfChannels(values) : new float[layout.channels()];
    for (int picture = 0; picture < layout.pictures(); picture++) {
      boolean flip = random.nextBoolean();
      int down = shifts ? shift(layout.height()) : 0;
      int right = shifts ? shift(layout.width()) : 0;
      if (!flip && down == 0 && right == 0) {
        continue;
      }
      for (int channel = 0; channel < layout.channels(); channel++) {
        for (int y = 0; y < layout.height(); y++) {
          for (int x = 0; x < layout.width(); x++) {
            int fromY = y - down;
            int fromX = flip ? layout.width() - 1 - (x - right) : x - right;
            changed[layout.index(picture, channel, y, x)] =
                layout.contains(fromY, fromX)
                    ? values[layout.index(picture, channel, fromY, fromX)]
                    : least[channel];
          }
        }
      }
    }
    return new Tensor.Floats(changed, batch.shape());
  }

  private int shift(int size) {
    int most = size / PART;
    return random.nextInt(-most, most + 1);
  }

  /** Where the value of a pixel lies in a batch. */
  private record Layout(int pictures, int channels, int height, int width, boolean channelsFirst) {

    static Layout of(long... shape) {
      int[] axes = Arrays.stream(shape).mapToInt(Math::toIntExact).toArray();
      return axes[1] <= MOST_CHANNELS
          ? new Layout(axes[0], axes[1], axes[2], axes[3], true)
          : new Layout(axes[0], axes[3], axes[1], axes[2], false);
    }

    int index(int picture, int channel, int y, int x) {
      return channelsFirst
          ? ((picture * channels + channel) * height + y) * width + x
          : ((picture * height + y) * width + x) * channels + channel;
    }

    boolean contains(int y, int x) {
      return y >= 0 && y < height && x >= 0 && x < width;
    }

    float[] leastOfChannels(float... values) {
      float[] least = new float[channels];
      Arrays.fill(least, Float.POSITIVE_INFINITY);
      int run = channelsFirst ? height * width : 1;
      for (int i = 0; i < values.length; i++) {
        int channel = i / run % channels;
        least[channel] = Math.min(least[channel], values[i]);
      }
      return least;
    }
  }
}
