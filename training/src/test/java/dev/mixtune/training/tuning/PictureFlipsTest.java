package dev.mixtune.training.tuning;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.engine.Tensor;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** Rows are turned round, channels stay where they are. */
class PictureFlipsTest {
  private static final float[] VALUES = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

  @Test
  void aPictureWithItsChannelsFirstIsFlippedRowByRow() {
    assertThat(flipped(VALUES, 1, 2, 2, 3)).containsExactly(3, 2, 1, 6, 5, 4, 9, 8, 7, 12, 11, 10);
  }

  @Test
  void aPictureWithItsChannelsLastKeepsThemTogether() {
    // Five rows of three pixels: five are too many to be channels.
    float[] tall = new float[5 * 3 * 2];
    float[] expected = new float[tall.length];
    for (int row = 0; row < 5; row++) {
      for (int x = 0; x < 3; x++) {
        for (int channel = 0; channel < 2; channel++) {
          tall[(row * 3 + x) * 2 + channel] = 100 * row + 10 * x + channel;
          expected[(row * 3 + x) * 2 + channel] = 100 * row + 10 * (2 - x) + channel;
        }
      }
    }
    assertThat(flipped(tall, 1, 5, 3, 2)).containsExactly(expected);
  }

  @Test
  void aboutHalfOfThePicturesAreFlipped() {
    float[] pairs = new float[2000];
    for (int i = 0; i < pairs.length; i++) {
      pairs[i] = i % 2;
    }
    Tensor.Floats batch = new Tensor.Floats(pairs, new long[] {1000, 1, 1, 2});
    Map<String, Tensor> moved =
        new PictureFlips(new SplittableRandom(3)).flipped(Map.of("input", batch));
    float[] values = ((Tensor.Floats) moved.get("input")).values();
    int flipped = 0;
    for (int i = 0; i < values.length; i += 2) {
      flipped += values[i] == 1 ? 1 : 0;
    }
    assertThat(flipped).isBetween(440, 560);
  }

  @Test
  void whatIsNoPictureStays() {
    Tensor.Floats row = new Tensor.Floats(VALUES, new long[] {2, 6});
    assertThat(new PictureFlips(always()).flipped(Map.of("input", row)).get("input")).isSameAs(row);
  }

  private static float[] flipped(float[] values, long... shape) {
    Tensor.Floats batch = new Tensor.Floats(values, shape);
    Map<String, Tensor> moved = new PictureFlips(always()).flipped(Map.of("input", batch));
    return ((Tensor.Floats) moved.get("input")).values();
  }

  private static RandomGenerator always() {
    return () -> -1L;
  }
}
