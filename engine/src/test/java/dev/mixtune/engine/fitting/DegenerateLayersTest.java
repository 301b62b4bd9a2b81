package dev.mixtune.engine.fitting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.TestKit;
import dev.mixtune.engine.calibration.Calibration;
import dev.mixtune.engine.calibration.Calibrator;
import dev.mixtune.engine.calibration.RangeMethods;
import dev.mixtune.engine.graph.Constants;
import dev.mixtune.engine.graph.Graph;
import dev.mixtune.engine.graph.Network;
import dev.mixtune.engine.rounding.RoundedWeights;
import dev.mixtune.engine.runtime.OrtRuntime;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Layers whose regression has no, or no single, answer. Closed forms are the oracle. */
class DegenerateLayersTest {
  private static final OrtRuntime RUNTIME = TestKit.runtime();
  private static final int SAMPLES = 64;

  private ExecutorService executor;

  @BeforeEach
  void start() {
    executor = Executors.newFixedThreadPool(2);
  }

  @AfterEach
  void stop() {
    executor.shutdown();
  }

  @Test
  void aLayerOfOneWeightKeepsItAtEveryWidth() throws IOException {
    Network network = new SmallNetworks(2, 1, 1, 1).conv(new long[] {1, 1, 1, 1}).read();
    Layer layer = network.layers().get(0);
    RoundedNetwork rounded = round(network, inputs(1, (random, channel) -> random.nextGaussian()));

    float weight = weights(network, layer)[0];
    for (int bits : new int[] {8, 4, 2}) {
      float found = rounded.library().perChannel(layer, bits).values()[0];
      // One code and a free scale hold any number, of either sign.
      assertThat(found).as("%d bits", bits).isCloseTo(weight, within(0.01f * Math.abs(weight)));
    }
  }

  @Test
  void inputsThatAreAlwaysEqualShareTheirWeights() throws IOException {
    Network network = new SmallNetworks(3, 4, 1, 1).conv(new long[] {6, 4, 1, 1}).read();
    Layer layer = network.layers().get(0);
    double[] common = new double[1];
    // All four channels are one and the same: the Hessian has rank one.
    RoundedNetwork rounded =
        round(
            network,
            inputs(
                4,
                (random, channel) -> {
                  common[0] = channel == 0 ? random.nextGaussian() : common[0];
                  return common[0];
                }));

    float[] weights = weights(network, layer);
    for (int bits : new int[] {8, 4}) {
      float[] found = rounded.library().perChannel(layer, bits).values();
      for (int out = 0; out < 6; out++) {
        double wanted = 0;
        double actual = 0;
        for (int in = 0; in < 4; in++) {
          wanted += weights[out * 4 + in];
          actual += found[out * 4 + in];
        }
        assertThat(actual).as("%d bits", bits).isCloseTo(wanted, within(0.03));
      }
    }
  }

  @Test
  void channelsThatAreAlwaysZeroDoNotDisturbTheOthers() throws IOException {
    Network network = new SmallNetworks(4, 3, 1, 1).conv(new long[] {5, 3, 1, 1}).read();
    Layer layer = network.layers().get(0);
    RoundedNetwork rounded =
        round(network, inputs(3, (random, channel) -> channel == 1 ? 0 : random.nextGaussian()));

    float[] weights = weights(network, layer);
    for (int bits : new int[] {8, 4, 2}) {
      RoundedWeights found = rounded.library().perChannel(layer, bits);
      for (float scale : found.scales()) {
        assertThat(scale).isPositive().isFinite();
      }
      if (bits == 8) {
        for (int out = 0; out < 5; out++) {
          for (int in = 0; in < 3; in += 2) {
            assertThat(found.values()[out * 3 + in])
                .isCloseTo(weights[out * 3 + in], within(0.01f));
          }
        }
      }
    }
  }

  @Test
  void activationsThatAreAllZeroLeaveTheAnswersAtTheBias() throws IOException {
    // A Relu behind inputs that are never positive is dead.
    Network network =
        new SmallNetworks(5, 3, 1, 1).then("Relu").conv(new long[] {4, 3, 1, 1}).read();
    Layer layer = network.layers().get(0);
    RoundedNetwork rounded =
        round(network, inputs(3, (random, channel) -> -Math.abs(random.nextGaussian())));

    float[] bias = bias(network);
    for (int bits : new int[] {8, 4, 2}) {
      assertThat(rounded.library().bias(layer, bits).orElse(bias))
          .containsExactly(bias, within(1e-5f));
      for (RoundingReport.Entry entry : rounded.report().entries()) {
        assertThat(entry.error()).isNotNaN();
      }
    }
  }

  /** Squeeze without axes, behind an open one: nobody can say how many axes are left. */
  @Test
  void aProductOfInputsWhoseRankIsNotKnownIsFitted() throws IOException {
    Network network = new SmallNetworks(7, 1, -1, 5).then("Squeeze").matMul(5, 3).read();
    Layer layer = network.layers().get(0);
    assertThat(layer.inputShape()).isEmpty();

    Tensor.Floats inputs =
        new Tensor.Floats(gaussian(SAMPLES * 2 * 5), new long[] {SAMPLES, 1, 2, 5});
    RoundedNetwork rounded = round(network, List.of(Map.of("x", inputs)));

    float[] weights = weights(network, layer);
    float[] found = rounded.library().perChannel(layer, 8).values();
    float largest = 0;
    for (float weight : weights) {
      largest = Math.max(largest, Math.abs(weight));
    }
    // No 8-bit code is further off than a step of the widest grid.
    assertThat(found).hasSameSizeAs(weights).containsExactly(weights, within(largest / 127));
  }

  private static float[] gaussian(int count) {
    Random random = new Random(6);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private interface Value {
    double at(Random random, int channel);
  }

  private static List<Map<String, Tensor>> inputs(int channels, Value value) {
    Random random = new Random(6);
    float[] values = new float[SAMPLES * channels];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) value.at(random, i % channels);
    }
    return List.of(Map.of("x", new Tensor.Floats(values, new long[] {SAMPLES, channels, 1, 1})));
  }

  private RoundedNetwork round(Network network, List<Map<String, Tensor>> batches) {
    Calibration calibration =
        new Calibrator(RUNTIME, 1).run(network, batches, RangeMethods.named("min-max"));
    return new NetworkRounding(
            network, RUNTIME, calibration, FittingSettings.defaults().weightsOnly(), executor)
        .round(() -> batches, FittingProgress.silent());
  }

  private static float[] weights(Network network, Layer layer) {
    Graph graph = network.graph();
    return graph.nodes().stream()
        .filter(node -> node.getName().equals(layer.name()))
        .findFirst()
        .flatMap(node -> graph.constant(node.getInput(1)))
        .map(Constants::floats)
        .orElseThrow();
  }

  private static float[] bias(Network network) {
    Graph graph = network.graph();
    return graph.nodes().stream()
        .filter(node -> node.getOpType().equals("Conv"))
        .findFirst()
        .flatMap(node -> graph.constant(node.getInput(2)))
        .map(Constants::floats)
        .orElseThrow();
  }
}
