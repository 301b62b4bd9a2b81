package dev.mixtune.engine.rounding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mixtune.engine.graph.ChannelLayout;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Nested loops over the axes of the weight are the oracle. */
class ScaleSearchRoundingTest {
  private static final RoundingMethod NEAREST = RoundingMethods.named("nearest");
  private static final RoundingMethod MSE = RoundingMethods.named("mse");

  private static float[] normal(int count, double deviation) {
    Random random = new Random(count);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (deviation * random.nextGaussian());
    }
    return values;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void positionsAreThoseOfNestedLoops(int axis) {
    List<Long> shape = List.of(3L, 4L, 5L);
    ChannelLayout layout = ChannelLayout.of(shape, axis);
    int[] seen = new int[layout.channels()];
    int at = 0;
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < 4; j++) {
        for (int k = 0; k < 5; k++) {
          int channel = new int[] {i, j, k}[axis];
          assertThat(layout.position(channel, seen[channel]++)).isEqualTo(at++);
        }
      }
    }
    assertThat(layout.size()).isEqualTo(60);
    assertThat(layout.perChannel() * layout.channels()).isEqualTo(60);
  }

  @ParameterizedTest
  @CsvSource({"8, 0", "8, 1", "4, 0", "4, 1", "2, 0", "2, 1"})
  void nearestScalesEachChannelToItsLargestMagnitude(int bits, int axis) {
    int rows = 6;
    int columns = 7;
    float[] weights = normal(rows * columns, 1);
    RoundedWeights rounded = NEAREST.round(weights, ChannelLayout.of(List.of(6L, 7L), axis), bits);
    int most = (1 << (bits - 1)) - 1;
    float[] values = rounded.values();
    for (int channel = 0; channel < (axis == 0 ? rows : columns); channel++) {
      float largest = 0;
      for (int row = 0; row < rows; row++) {
        for (int column = 0; column < columns; column++) {
          if ((axis == 0 ? row : column) == channel) {
            largest = Math.max(largest, Math.abs(weights[row * columns + column]));
          }
        }
      }
      double scale = largest / most;
      assertThat((double) rounded.scales()[channel]).isCloseTo(scale, within(1e-6 * scale));
      for (int row = 0; row < rows; row++) {
        for (int column = 0; column < columns; column++) {
          int i = row * columns + column;
          if ((axis == 0 ? row : column) == channel) {
            assertThat((double) values[i]).isCloseTo(weights[i], within(0.5001 * scale));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 4, 2})
  void mseFindsNearlyTheBestScale(int bits) {
    // With 256 codes the error jumps about from scale to scale; what is left is small anyway.
    double slack = bits == 8 ? 1.25 : 1.05;
    int perChannel = 144;
    int channels = 8;
    float[] weights = normal(perChannel * channels, 0.1);
    ChannelLayout layout = ChannelLayout.of(List.of(8L, 144L), 0);
    RoundedWeights mse = MSE.round(weights, layout, bits);
    RoundedWeights nearest = NEAREST.round(weights, layout, bits);
    for (int c = 0; c < channels; c++) {
      double best = Double.POSITIVE_INFINITY;
      for (int i = 1; i <= 1000; i++) {
        double scale = 1.2 * nearest.scales()[c] * i / 1000;
        best = Math.min(best, error(weights, c * perChannel, perChannel, scale, bits));
      }
      double found = error(weights, c * perChannel, perChannel, mse.scales()[c], bits);
      double plain = error(weights, c * perChannel, perChannel, nearest.scales()[c], bits);
      assertThat(found).isLessThanOrEqualTo(plain).isLessThanOrEqualTo(slack * best);
    }
    assertThat(squares(weights, mse.values()))
        .isLessThanOrEqualTo(squares(weights, nearest.values()));
  }

  private static double error(float[] weights, int from, int count, double scale, int bits) {
    double most = Math.pow(2, bits - 1) - 1;
    double sum = 0;
    for (int i = from; i < from + count; i++) {
      double code = Math.max(-most - 1, Math.min(most, Math.rint(weights[i] / scale)));
      sum += (weights[i] - code * scale) * (weights[i] - code * scale);
    }
    return sum;
  }

  private static double squares(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (a[i] - (double) b[i]) * (a[i] - (double) b[i]);
    }
    return sum;
  }

  @ParameterizedTest
  @CsvSource({
    "8, 0",
    "4, 0",
    "2, 0",
    "8, 1e-42",
    "4, 1e-42",
    "2, 1e-42",
    "8, 3e38",
    "4, 3e38",
    "2, 3e38"
  })
  void zeroTinyAndHugeWeightsGetFinitePositiveScales(int bits, float magnitude) {
    float[] weights = {magnitude, -magnitude, magnitude / 2, 0};
    for (RoundingMethod method : RoundingMethods.all()) {
      RoundedWeights rounded = method.round(weights, ChannelLayout.of(List.of(1L, 4L), 0), bits);
      assertThat(rounded.scales()[0]).as(method.name()).isPositive().isFinite();
      for (int i = 0; i < 4; i++) {
        assertThat(rounded.values()[i]).as(method.name()).isFinite();
      }
      assertThat(rounded.codes()[3]).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 4, 2})
  void aSingleWeightIsKept(int bits) {
    for (RoundingMethod method : RoundingMethods.all()) {
      for (float weight : new float[] {0.7f, -0.7f}) {
        RoundedWeights rounded =
            method.round(new float[] {weight}, ChannelLayout.of(List.of(1L, 1L), 0), bits);
        assertThat(rounded.values()[0]).as(method.name()).isCloseTo(weight, within(1e-6f));
      }
    }
  }

  @Test
  void weightsAreNotChanged() {
    float[] weights = normal(32, 1);
    float[] before = weights.clone();
    MSE.round(weights, ChannelLayout.of(List.of(4L, 8L), 0), 4);
    assertThat(weights).isEqualTo(before);
  }

  @Test
  void impossibleWeightsAreRefused() {
    ChannelLayout layout = ChannelLayout.of(List.of(1L, 2L), 0);
    float[] one = {1};
    ChannelLayout five = ChannelLayout.of(List.of(1L, 5L), 0);
    byte[] codes = {100, -3, 7, 99, 0};
    assertThatThrownBy(() -> new RoundedWeights(2, codes, one, five, "test"))
        .hasMessageContaining("5 codes for 2 bits");
    assertThatThrownBy(() -> new RoundedWeights(3, new byte[2], one, layout, "test"))
        .hasMessageContaining("3 bits");
    assertThatThrownBy(() -> new RoundedWeights(4, new byte[2], new float[] {0}, layout, "test"))
        .hasMessageContaining("scale 0");
    assertThatThrownBy(() -> new RoundedWeights(4, new byte[3], one, layout, "test"))
        .hasMessageContaining("3 codes");
  }
}
