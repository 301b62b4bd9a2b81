package dev.mixtune.training.tuning;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.engine.Tensor;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** Rows are turned round, pictures are moved, channels stay where they are. */
class PictureChangesTest {
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
        new PictureChanges(new SplittableRandom(3), false).changed(Map.of("input", batch));
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
    assertThat(new PictureChanges(always(), true).changed(Map.of("input", row)).get("input"))
        .isSameAs(row);
  }

  @Test
  void aShiftedPictureIsTheOldOneElsewhereAndTheLeastOfItsChannelAround() {
    // Two channels of 16 x 16, all values different: a pixel's value says where it came from.
    float[] values = new float[20 * 2 * 256];
    for (int i = 0; i < values.length; i++) {
      values[i] = 1 + i;
    }
    Tensor.Floats batch = new Tensor.Floats(values, new long[] {20, 2, 16, 16});
    Map<String, Tensor> changed =
        new PictureChanges(new SplittableRandom(4), true).changed(Map.of("input", batch));
    float[] moved = ((Tensor.Floats) changed.get("input")).values();

    Set<List<Integer>> shifts = new HashSet<>();
    for (int picture = 0; picture < 20; picture++) {
      int start = picture * 512;
      // The middle never leaves a picture that is moved by two at most.
      int middle = Math.round(moved[start + 8 * 16 + 8]) - 1 - start;
      int next = Math.round(moved[start + 8 * 16 + 9]) - 1 - start;
      int step = next - middle;
      int down = 8 - middle / 16;
      int right = step == 1 ? 8 - middle % 16 : 8 - (15 - middle % 16);
      shifts.add(List.of(down, right));
      for (int channel = 0; channel < 2; channel++) {
        for (int y = 0; y < 16; y++) {
          for (int x = 0; x < 16; x++) {
            int fromY = y - down;
            int fromX = step == 1 ? x - right : 15 - (x - right);
            boolean outside = fromY < 0 || fromY > 15 || fromX < 0 || fromX > 15;
            float expected =
                outside ? 1 + channel * 256 : 1 + start + channel * 256 + fromY * 16 + fromX;
            assertThat(moved[start + channel * 256 + y * 16 + x]).isEqualTo(expected);
          }
        }
      }
    }
    assertThat(shifts)
        .hasSizeGreaterThan(8)
        .allSatisfy(shift -> assertThat(shift).allMatch(pixels -> Math.abs(pixels) <= 2));
  }

  private static float[] flipped(float[] values, long... shape) {
    Tensor.Floats batch = new Tensor.Floats(values, shape);
    Map<String, Tensor> moved = new PictureChanges(always(), false).changed(Map.of("input", batch));
    return ((Tensor.Floats) moved.get("input")).values();
  }

  private static RandomGenerator always() {
    return () -> -1L;
  }
}
