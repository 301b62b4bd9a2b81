package dev.mixtune.evaluators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.runtime.RuntimeFailure;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Answers that decide at many positions: text lines and maps. */
class PositionsTest {

  @Test
  void aTextLineDecidesAtEachStep() {
    float[] values = {1, 0, 0, /* next step */ 0, 2, 3, /* next sample */ 5, 6, 4, 9, 8, 7};
    Answers answers =
        Answers.ofFirstOutput(List.of(new Tensor.Floats(values, new long[] {2, 2, 3})), 2);
    Row second = answers.row(1);
    assertThat(second.positions()).isEqualTo(2);
    assertThat(second.position(0).argmax()).isEqualTo(1);
    assertThat(second.position(1).argmax()).isZero();
    assertThat(new PositionFidelity().value(answers.row(0), answers.row(0), 0)).isEqualTo(1);
    // Steps of the first sample say 0, 2; those of the second 1, 0.
    assertThat(new PositionFidelity().value(second, answers.row(0), 0)).isZero();
  }

  /** Against a loop over [sample, class, y, x]. */
  @Test
  void aMapDecidesAtEachPixel() {
    int classes = 4;
    int height = 3;
    int width = 5;
    float[] a = normal(2 * classes * height * width, 1);
    float[] b = normal(2 * classes * height * width, 2);
    long[] shape = {2, classes, height, width};
    int same = 0;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        same += largest(a, y, x) == largest(b, y, x) ? 1 : 0;
      }
    }
    Row first = Answers.ofFirstOutput(List.of(new Tensor.Floats(a, shape)), 2).row(1);
    Row second = Answers.ofFirstOutput(List.of(new Tensor.Floats(b, shape)), 2).row(1);
    assertThat(same).isBetween(1, 14);
    assertThat(new PositionFidelity().value(first, second, 0))
        .isEqualTo(same / 15.0, within(1e-12));
  }

  private static int largest(float[] values, int y, int x) {
    int best = 0;
    for (int c = 1; c < 4; c++) {
      if (values[((4 + c) * 3 + y) * 5 + x] > values[((4 + best) * 3 + y) * 5 + x]) {
        best = c;
      }
    }
    return best;
  }

  private static float[] normal(int count, long seed) {
    Random random = new Random(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  @Test
  void aMapOfProbabilitiesDecidesAtOneHalf() {
    long[] shape = {1, 1, 2, 2};
    Row map = row(shape, 0.1f, 0.6f, 0.9f, 0.4f);
    assertThat(new PositionFidelity().value(row(shape, 0.2f, 0.4f, 0.7f, 0.6f), map, 0))
        .isEqualTo(0.5);
  }

  private static Row row(long[] shape, float... values) {
    return Answers.ofFirstOutput(List.of(new Tensor.Floats(values, shape)), 1).row(0);
  }

  @Test
  void oneRowOfClassesIsOneDecision() {
    assertThat(row(new long[] {1, 3}, 1, 2, 3).positions()).isEqualTo(1);
    assertThat(row(new long[] {1, 3, 1, 1}, 1, 2, 3).positions()).isEqualTo(1);
    assertThat(row(new long[] {1, 1, 3}, 1, 2, 3).positions()).isEqualTo(1);
  }

  @Test
  void answersHaveABatchAxis() {
    Tensor output = new Tensor.Floats(new float[6], new long[] {2, 3});
    assertThatThrownBy(() -> Answers.ofFirstOutput(List.of(output), 3))
        .isInstanceOf(RuntimeFailure.class)
        .hasMessageContaining("[2, 3]");
  }

  /** The mean over positions of the divergence, by its definition. */
  @Test
  void divergenceIsThatOfThePositions() {
    float[] p = {0.5f, 0.5f, 0.25f, 0.75f};
    float[] q = {0.25f, 0.75f, 0.25f, 0.75f};
    ClosenessTally tally = new ClosenessTally(/* probabilities= */ true);
    tally.add(new Row(p, 0, 4, 2), new Row(q, 0, 4, 2));
    double first = 0.5 * Math.log(0.5 / 0.25) + 0.5 * Math.log(0.5 / 0.75);
    assertThat(tally.result().kl()).isEqualTo(first / 2, within(1e-6));
    assertThat(tally.result().agreement()).isEqualTo(0.5);
    assertThat(ClosenessTally.isProbabilities(new Row(p, 0, 4, 2))).isTrue();
    assertThat(ClosenessTally.isProbabilities(new Row(p, 0, 4))).isFalse();
  }

  /** Pictures are cut to the lengths that the task sets for open axes, named or not. */
  @Test
  void openAxesTakeTheLengthsOfTheDeployment() {
    InputSpec spec = new InputSpec("x", List.of(-1L, 3L, -1L, -1L), false, Layout.NCHW);
    InputSpec deployed =
        spec.deployed(List.of("N", "", "?", "width"), Map.of("x.2", 48L, "width", 320L));
    assertThat(deployed.shape()).containsExactly(-1L, 3L, 48L, 320L);
    assertThat(spec.deployed(List.of(), Map.of()).shape()).isEqualTo(spec.shape());
  }
}
