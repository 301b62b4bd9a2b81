package dev.mixtune.engine.lowering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mixtune.engine.calibration.Range;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ActivationGridTest {
  private static final ActivationLimits NONE =
      new ActivationLimits(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);

  private static double low(ActivationGrid grid) {
    return -grid.zeroPoint() * (double) grid.scale();
  }

  private static double high(ActivationGrid grid) {
    return (255 - grid.zeroPoint()) * (double) grid.scale();
  }

  @Test
  void aGridCoversItsRangeWithinHalfAStep() {
    Random random = new Random(4);
    for (int i = 0; i < 10_000; i++) {
      float magnitude = (float) Math.pow(10, random.nextInt(30) - 8);
      Range range =
          new Range(-random.nextFloat() * magnitude, random.nextFloat() * magnitude + magnitude);
      ActivationGrid grid = ActivationGrid.of(range, NONE);
      double half = 0.501 * grid.scale();

      assertThat(low(grid)).isCloseTo(range.low(), within(half));
      assertThat(high(grid)).isCloseTo(range.high(), within(half));
      assertThat(grid.scale()).isPositive();
    }
  }

  /** Otherwise quantizing would not cut where the activation cuts. */
  @Test
  void aGridEndsWithinTheLimitsOfItsActivation() {
    Random random = new Random(5);
    for (int i = 0; i < 10_000; i++) {
      // Down to bounds less than a step away from 0.
      float low = -random.nextFloat() * (i % 2 == 0 ? 3 : 0.05f);
      float high = random.nextFloat() * (i % 3 == 0 ? 0.05f : 6);
      ActivationLimits limits = new ActivationLimits(low, high);
      ActivationGrid grid = ActivationGrid.of(new Range(low, high), limits);

      assertThat(low(grid)).isGreaterThanOrEqualTo(low);
      assertThat(high(grid)).isLessThanOrEqualTo(high);
      assertThat(low(grid)).isCloseTo(low, within(1.01 * grid.scale()));
      assertThat(high(grid)).isCloseTo(high, within(1.01 * grid.scale()));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0, 6, 0",
    "-6, 0, 255",
    "0, 0, 0",
    "0, 1e-30, 0",
    "-3.4e38, 0, 255",
    "0, 3.4e38, 0",
    "-1e38, 3e38, 64"
  })
  void theEndsOfFloatAndOfZeroHaveFiniteGrids(float low, float high, int zeroPoint) {
    ActivationGrid grid = ActivationGrid.of(new Range(low, high), NONE);
    assertThat(grid.zeroPoint()).isEqualTo(zeroPoint);
    assertThat(grid.scale()).isPositive().isFinite();
  }
}
