package dev.mixtune.engine.lowering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mixtune.engine.NaiveLayers;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.TestGraphs;
import dev.mixtune.engine.TestNetworks;
import dev.mixtune.engine.graph.ChannelLayout;
import dev.mixtune.engine.graph.Constants;
import dev.mixtune.engine.rounding.RoundedWeights;
import dev.mixtune.engine.rounding.RoundingMethods;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Biases survive whatever the weights of their channel are. */
class IntegerBiasTest {
  @TempDir private Path folder;

  private static RoundedWeights rounded(float... onePerChannel) {
    return RoundingMethods.named("nearest")
        .round(onePerChannel, ChannelLayout.of(List.of((long) onePerChannel.length, 1L), 0), 8);
  }

  @Test
  void ordinaryChannelsAreLeftAlone() {
    RoundedWeights weights = rounded(0.5f, 1f);
    IntegerBias bias = IntegerBias.of(new float[] {0.3f, -2f}, 0.1f, weights);

    assertThat(bias.weights()).isSameAs(weights);
    assertThat(bias.codes()[0]).isEqualTo((int) Math.rint(0.3 / (0.1 * 0.5 / 127)));
    assertThat(bias.codes()[1]).isEqualTo((int) Math.rint(-2 / (0.1 / 127)));
  }

  @Test
  void oneBiasServesAllChannels() {
    IntegerBias bias = IntegerBias.of(new float[] {1}, 1f, rounded(127f, 12.7f));
    assertThat(bias.codes()).containsExactly(1, 10);
  }

  @Test
  void deadAndTinyChannelsKeepTheirBias() {
    float inputScale = 0.02f;
    float[] biases = {0.5f, -0.5f, 0.25f, 0f};
    RoundedWeights weights = rounded(0f, 1e-20f, 1e-7f, 0f);
    IntegerBias bias = IntegerBias.of(biases, inputScale, weights);
    for (int c = 0; c < 4; c++) {
      double scale = (double) inputScale * bias.weights().scales()[c];
      assertThat(bias.codes()[c] * scale).isCloseTo(biases[c], within(1e-6));
      assertThat(Math.abs((long) bias.codes()[c])).isLessThanOrEqualTo((1 << 30) + 1000);
    }
    // Only the third channel's weights are large enough for a code on the wider grid.
    double step = bias.weights().scales()[2];
    assertThat((double) bias.weights().values()[2]).isCloseTo(1e-7, within(0.51 * step));
    assertThat(bias.weights().codes()[0]).isZero();
    assertThat(bias.weights().codes()[1]).isZero();
    assertThat(bias.weights().codes()[3]).isZero();
  }

  @Test
  void aSlightlyWiderGridKeepsTheWeights() {
    // The bias needs a grid 10 times as wide: 127 becomes 13 steps of 10.
    float scale = (float) (1.0 / (1 << 30) / 10);
    RoundedWeights weights = rounded(127 * scale);
    IntegerBias bias = IntegerBias.of(new float[] {1f}, 1f, weights);

    assertThat((double) bias.weights().scales()[0]).isCloseTo(10.0 * scale, within(0.1 * scale));
    assertThat(bias.weights().codes()).containsExactly(13);
  }

  /** A channel whose BatchNormalization folded to nothing but its shift. */
  @Test
  void aDeadChannelAnswersItsBiasInTheSession() {
    TestGraphs graph = TestGraphs.opset(13);
    graph.input("x", 2, 3, 6, 6);
    float[] weights = graph.normal(0.3, 4, 3, 3, 3);
    Arrays.fill(weights, 27, 54, 0);
    Arrays.fill(weights, 54, 81, 1e-22f);
    float[] bias = {0.1f, 0.7f, -0.4f, 0f};
    graph.constant(Constants.ofFloats("w", List.of(4L, 3L, 3L, 3L), weights));
    graph.floats("b", bias);
    graph.node("Conv", "y", List.of("x", "w", "b"), TestGraphs.ints("pads", 1, 1, 1, 1));
    TestNetworks test = TestNetworks.calibrated(graph.outputs("y").write(folder));
    for (Scheme scheme : List.of(Scheme.W8A8, Scheme.W4A8, Scheme.W2A8)) {
      LoweredPlan plan = test.lowering().lower(test.uniform(scheme));
      float[] found = ((Tensor.Floats) test.run(plan).get(0)).values();
      float[] original = ((Tensor.Floats) test.runFloat().get(0)).values();
      double step = (NaiveLayers.most(original) - NaiveLayers.least(original)) / 255;

      assertThat(test.executed(plan).kernels()).containsExactly("QLinearConv");
      for (int i = 0; i < found.length; i++) {
        int channel = i / 36 % 4;
        if (channel == 1 || channel == 2) {
          assertThat((double) found[i])
              .as(scheme.id())
              .isCloseTo(bias[channel], within(0.51 * step));
        }
      }
    }
  }

  /** All calibration inputs are 0, so the input's scale is as small as it can be. */
  @Test
  void aDeadInputLeavesTheBias() {
    TestGraphs graph = TestGraphs.opset(13);
    graph.input("x", 1, 3, 4, 4);
    graph.scalar("minus", -100);
    graph.node("Add", "low", List.of("x", "minus"));
    graph.relu("dead", "low");
    graph.conv("y", "dead", 2, 3);
    TestNetworks test = TestNetworks.calibrated(graph.outputs("y").write(folder));
    LoweredPlan plan = test.lowering().lower(test.uniform(Scheme.W8A8));
    float[] found = ((Tensor.Floats) test.run(plan).get(0)).values();
    float[] original = ((Tensor.Floats) test.runFloat().get(0)).values();

    assertThat(test.executed(plan).kernels()).containsExactly("QLinearConv");
    for (int i = 0; i < found.length; i++) {
      assertThat(found[i]).isCloseTo(original[i], within(0.005f));
    }
  }
}
