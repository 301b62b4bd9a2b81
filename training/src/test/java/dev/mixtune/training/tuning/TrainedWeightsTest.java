package dev.mixtune.training.tuning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import dev.mixtune.engine.graph.ChannelLayout;
import dev.mixtune.engine.rounding.RoundedWeights;
import dev.mixtune.training.program.Torch;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Trained weights start at the rounded ones, follow their gradients, and can be stored. */
class TrainedWeightsTest {
  private static final ChannelLayout FOUR_BY_SIX = ChannelLayout.of(List.of(4L, 6L), 0);
  private static final ChannelLayout SIX_BY_FOUR = ChannelLayout.of(List.of(6L, 4L), 1);

  private static NDManager manager;

  @BeforeAll
  static void start() {
    manager = Torch.start(1);
  }

  @AfterAll
  static void stop() {
    manager.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4, 8})
  void aUniformGridStartsAtTheRoundedWeights(int bits) {
    for (ChannelLayout layout : List.of(FOUR_BY_SIX, SIX_BY_FOUR)) {
      float[] weights = random(24, 5);
      RoundedWeights rounded = roundedUp(weights, layout, bits);
      assertStartsAt(rounded, new UniformGrid(rounded, weights, shape(layout), manager));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4})
  void aCodebookStartsAtTheRoundedWeights(int bits) {
    for (ChannelLayout layout : List.of(FOUR_BY_SIX, SIX_BY_FOUR)) {
      float[] weights = random(24, 6);
      RoundedWeights rounded = book(weights, layout, bits);
      assertThat(rounded.isUniform()).isFalse();
      assertStartsAt(rounded, new Codebook(rounded, weights, shape(layout), manager));
    }
  }

  private static void assertStartsAt(RoundedWeights rounded, TrainedWeights trained) {
    try (NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      assertThat(trained.values().toFloatArray()).containsExactly(rounded.values(), within(1e-6f));
      assertThat(trained.rounded().codes()).isEqualTo(rounded.codes());
    }
  }

  /** What is exported is what the forward pass computed, also after steps. */
  @Test
  void whatIsStoredIsWhatWasTrained() {
    float[] weights = random(24, 7);
    RoundedWeights uniform = roundedUp(weights, FOUR_BY_SIX, 2);
    RoundedWeights codebook = book(weights, FOUR_BY_SIX, 2);
    for (TrainedWeights trained :
        List.of(
            new UniformGrid(uniform, weights, shape(FOUR_BY_SIX), manager),
            new Codebook(codebook, weights, shape(FOUR_BY_SIX), manager))) {
      float[] before = trained.rounded().values();
      Adam adam = new Adam(trained.variables(), manager);
      for (int step = 0; step < 20; step++) {
        try (NDScope scope = new NDScope()) {
          scope.suppressNotUsedWarning();
          descend(trained, adam);
        }
      }
      try (NDScope scope = new NDScope()) {
        scope.suppressNotUsedWarning();
        float[] after = trained.values().toFloatArray();
        assertThat(after).isNotEqualTo(before);
        assertThat(trained.rounded().values()).containsExactly(after, within(1e-6f));
      }
    }
  }

  private static void descend(TrainedWeights trained, Adam adam) {
    try (GradientCollector collector = Torch.collect()) {
      NDArray target = manager.create(random(24, 8), new Shape(4, 6));
      NDArray distance = trained.values().sub(target);
      collector.backward(distance.mul(distance).sum());
    }
    adam.step(0.05);
    trained.project();
  }

  /**
   * Esser et al. 2020, eq. 3, by hand: inside the range the step's gradient is {@code code - w/s},
   * at its ends the code; ours is that of ten times the step's logarithm, {@code s / 10} times as
   * large.
   */
  @Test
  void theStepGetsTheGradientOfLsq() {
    // Weights 0.3 and 0.9 on codes 0 and 1 with step 1 (bits 2: -2 .. 1), and 1.6 beyond the end.
    float[] weights = {0.3f, 0.9f, 1.6f, -0.6f};
    ChannelLayout layout = ChannelLayout.of(List.of(1L, 4L), 0);
    RoundedWeights rounded =
        new RoundedWeights(2, new byte[] {0, 1, 1, -1}, new float[] {1}, layout, "test");
    UniformGrid grid = new UniformGrid(rounded, weights, new Shape(1, 4), manager);
    try (NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      try (GradientCollector collector = Torch.collect()) {
        collector.backward(grid.values().sum());
      }
      float slope = grid.variables().get(1).getGradient().toFloatArray()[0];
      // 1.6 starts at the end of the grid, 1: there code and position are equal, and so are
      // "code - w/s" = 0 and the clipped gradient; PyTorch takes the first.
      float expected = (0 - 0.3f) + (1 - 0.9f) + (1 - 1f) + (-1 + 0.6f);
      assertThat(slope).isCloseTo(expected / 10, within(1e-5f));
    }
  }

  @Test
  void levelsGetTheGradientsOfTheirWeights() {
    ChannelLayout layout = ChannelLayout.of(List.of(1L, 5L), 0);
    RoundedWeights rounded =
        new RoundedWeights(
            2, new byte[] {-100, -10, 30, 30, 90}, new float[] {0.01f}, layout, "test");
    float[] weights = {-1, -0.1f, 0.3f, 0.3f, 0.9f};
    Codebook book = new Codebook(rounded, weights, new Shape(1, 5), manager);
    try (NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      try (GradientCollector collector = Torch.collect()) {
        collector.backward(book.values().sum());
      }
      // In units of the channel's magnitude, and a tenth of it: levels move slower than weights.
      double magnitude = Math.sqrt((1 + 0.01 + 0.09 + 0.09 + 0.81) / 5) / 10;
      float[] counts = new float[4];
      for (int level = 0; level < 4; level++) {
        counts[level] = book.variables().get(1 + level).getGradient().toFloatArray()[0];
      }
      assertThat(counts)
          .containsExactly(
              new float[] {
                (float) magnitude, (float) magnitude, (float) (2 * magnitude), (float) magnitude
              },
              within(1e-5f));
    }
  }

  private static Shape shape(ChannelLayout layout) {
    return layout.axis() == 0
        ? new Shape(layout.channels(), layout.inner())
        : new Shape(layout.outer(), layout.channels());
  }

  private static float[] random(int count, int seed) {
    Random random = new Random(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** Some codes of the grid, not always the nearest ones, as a rounding by outputs gives. */
  private static RoundedWeights roundedUp(float[] weights, ChannelLayout layout, int bits) {
    int most = (1 << (bits - 1)) - 1;
    float[] scales = new float[layout.channels()];
    byte[] codes = new byte[weights.length];
    for (int channel = 0; channel < scales.length; channel++) {
      scales[channel] = (0.5f + channel) / (most + 1);
      for (int k = 0; k < layout.perChannel(); k++) {
        int at = layout.position(channel, k);
        double code = Math.ceil(weights[at] / scales[channel]);
        codes[at] = (byte) Math.max(-most - 1, Math.min(most, code));
      }
    }
    return new RoundedWeights(bits, codes, scales, layout, "test");
  }

  /** Each channel on levels 37 apart. */
  private static RoundedWeights book(float[] weights, ChannelLayout layout, int bits) {
    float[] scales = new float[layout.channels()];
    byte[] codes = new byte[weights.length];
    int most = Math.min(3, (1 << (bits - 1)) - 1);
    for (int channel = 0; channel < scales.length; channel++) {
      scales[channel] = 0.02f * (1 + channel);
      for (int k = 0; k < layout.perChannel(); k++) {
        int at = layout.position(channel, k);
        long level = Math.round(weights[at] / scales[channel] / 37);
        codes[at] = (byte) (37 * Math.max(-2, Math.min(most, level)));
      }
    }
    return new RoundedWeights(bits, codes, scales, layout, "test");
  }
}
