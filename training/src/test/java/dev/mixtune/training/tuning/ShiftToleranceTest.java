package dev.mixtune.training.tuning;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.engine.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Who looks at where things are does not bear shifts; who counts what there is does. */
class ShiftToleranceTest {
  private static final int SIZE = 16;
  private static final int PICTURES = 300;

  @Test
  void aNetworkThatCountsBrightPixelsBearsShifts() {
    ShiftTolerance tolerance =
        ShiftTolerance.of(List.of(squares()), batch -> classes(batch, ShiftToleranceTest::size));
    assertThat(tolerance).isEqualTo(new ShiftTolerance(PICTURES, PICTURES));
    assertThat(tolerance.suffices()).isTrue();
  }

  @Test
  void aNetworkThatLooksAtOneCornerDoesNot() {
    ShiftTolerance tolerance =
        ShiftTolerance.of(List.of(squares()), batch -> classes(batch, ShiftToleranceTest::corner));
    assertThat(tolerance.kept()).isLessThan(PICTURES * 98 / 100);
    assertThat(tolerance.suffices()).isFalse();
  }

  @Test
  void nothingIsShiftedThatIsNoPicture() {
    Tensor row = new Tensor.Floats(new float[12], new long[] {3, 4});
    ShiftTolerance tolerance =
        ShiftTolerance.of(List.of(Map.of("input", row)), batch -> new long[3]);
    assertThat(tolerance.suffices()).isFalse();
  }

  /** Bright squares of one to four pixels a side, in the middle of dark pictures. */
  private static Map<String, Tensor> squares() {
    float[] values = new float[PICTURES * SIZE * SIZE];
    Random random = new Random(2);
    for (int picture = 0; picture < PICTURES; picture++) {
      int side = 1 + random.nextInt(4);
      int top = 4 + random.nextInt(4);
      for (int y = top; y < top + side; y++) {
        for (int x = top; x < top + side; x++) {
          values[(picture * SIZE + y) * SIZE + x] = 1;
        }
      }
    }
    return Map.of("input", new Tensor.Floats(values, new long[] {PICTURES, 1, SIZE, SIZE}));
  }

  private static long[] classes(Map<String, Tensor> batch, Classifier classifier) {
    float[] values = ((Tensor.Floats) batch.get("input")).values();
    long[] classes = new long[PICTURES];
    for (int picture = 0; picture < PICTURES; picture++) {
      classes[picture] = classifier.of(values, picture * SIZE * SIZE);
    }
    return classes;
  }

  private interface Classifier {
    long of(float[] values, int start);
  }

  private static long size(float[] values, int start) {
    double sum = 0;
    for (int i = 0; i < SIZE * SIZE; i++) {
      sum += values[start + i];
    }
    return Math.round(sum);
  }

  private static long corner(float[] values, int start) {
    return Math.round(values[start + 5 * SIZE + 5]);
  }
}
