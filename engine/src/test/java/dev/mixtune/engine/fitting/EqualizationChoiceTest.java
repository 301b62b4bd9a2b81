package dev.mixtune.engine.fitting;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.TensorProto;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.TestGraphs;
import dev.mixtune.engine.TestKit;
import dev.mixtune.engine.calibration.Calibration;
import dev.mixtune.engine.calibration.Calibrator;
import dev.mixtune.engine.calibration.RangeMethod;
import dev.mixtune.engine.calibration.RangeMethods;
import dev.mixtune.engine.graph.Constants;
import dev.mixtune.engine.graph.Network;
import dev.mixtune.engine.graph.NetworkReader;
import dev.mixtune.engine.runtime.OrtRuntime;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EqualizationChoiceTest {
  private static final OrtRuntime RUNTIME = TestKit.runtime();
  private static final RangeMethod RANGES = RangeMethods.named("min-max");

  /** Two convolutions; the first one's channels are multiplied, the second's inputs divided. */
  private static Network network(Path folder, int most, String activation) {
    TestGraphs graph = TestGraphs.opset(13);
    String first = graph.conv("a", graph.input("x", -1, 3, 8, 8), 16, 3);
    String second = graph.conv("b", graph.node(activation, "r", List.of(first)), 8, 16);
    graph.outputs(second);
    for (TensorProto.Builder constant : graph.graph().getInitializerBuilderList()) {
      float[] values = Constants.floats(constant.build());
      for (int i = 0; i < values.length; i++) {
        int channel =
            switch (constant.getName()) {
              case "a.w" -> i / 27;
              case "a.b" -> i;
              case "b.w" -> i / 9 % 16;
              default -> 0;
            };
        int exponent = constant.getName().equals("b.b") ? 0 : channel % (most + 1) * 2 - most;
        values[i] =
            Math.scalb(values[i], constant.getName().startsWith("a") ? exponent : -exponent);
      }
      TensorProto changed = Constants.ofFloats(constant.getName(), constant.getDimsList(), values);
      constant.clear().mergeFrom(changed);
    }
    return new NetworkReader(RUNTIME).read(graph.write(folder), Map.of());
  }

  private static List<Map<String, Tensor>> batches() {
    Random random = new Random(3);
    float[] values = new float[24 * 3 * 64];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return List.of(Map.of("x", new Tensor.Floats(values, new long[] {24, 3, 8, 8})));
  }

  @Test
  void unbalancedChannelsAreEqualizedBecauseRoundedNetworksAnswerBetter(@TempDir Path folder) {
    Network network = network(folder, 4, "Relu");
    EqualizationChoice choice =
        EqualizationChoice.of(network, RUNTIME, EqualizationChoiceTest::batches, RANGES);

    assertThat(choice.isUsed()).isTrue();
    assertThat(choice.network(network)).isSameAs(choice.equalization().network());
    assertThat(choice.comparisons())
        .extracting(EqualizationChoice.Comparison::bits)
        .containsExactly(8, 4);
    for (EqualizationChoice.Comparison comparison : choice.comparisons()) {
      assertThat(comparison.after()).isLessThan(0.5 * comparison.before());
    }
    FittingSettings settings = FittingSettings.defaults();
    Calibration calibration = new Calibrator(RUNTIME, 1).run(network, batches(), RANGES);
    assertThat(RoundingCache.key(network, RUNTIME.version(), calibration, settings, batches()))
        .isNotEqualTo(
            RoundingCache.key(
                choice.network(network), RUNTIME.version(), calibration, settings, batches()));
  }

  @Test
  void aKeptChoiceIsNotMeasuredAgain(@TempDir Path folder) {
    Network network = network(folder, 4, "Relu");
    RoundingCache cache = new RoundingCache(folder.resolve("cache"));
    EqualizationChoice made =
        cache.equalization(
            network,
            "k",
            () -> EqualizationChoice.of(network, RUNTIME, EqualizationChoiceTest::batches, RANGES));

    EqualizationChoice read =
        cache.equalization(
            network,
            "k",
            () -> {
              throw new IllegalStateException("the cache was not used");
            });

    assertThat(read.comparisons()).hasSize(2).isEqualTo(made.comparisons());
    assertThat(read.network(network).graph().model())
        .isEqualTo(made.network(network).graph().model());
    assertThat(RoundingCache.key(network, "runtime 1", "mse", batches()))
        .isEqualTo(RoundingCache.key(network, "runtime 1", "mse", batches()))
        .isNotEqualTo(RoundingCache.key(network, "runtime 2", "mse", batches()))
        .isNotEqualTo(RoundingCache.key(network(folder, 2, "Relu"), "runtime 1", "mse", batches()));
  }

  @Test
  void withoutPairsNothingIsMeasured(@TempDir Path folder) {
    Network network = network(folder, 4, "Sigmoid");
    EqualizationChoice choice =
        EqualizationChoice.of(network, RUNTIME, EqualizationChoiceTest::batches, RANGES);

    assertThat(choice.comparisons()).isEmpty();
    assertThat(choice.isUsed()).isFalse();
    assertThat(choice.network(network)).isSameAs(network);
  }

  @Test
  void oneWidthThatGetsWorseIsReasonEnoughToLeaveTheWeights(@TempDir Path folder) {
    Network network = network(folder, 4, "Relu");
    EqualizationChoice measured =
        EqualizationChoice.of(network, RUNTIME, EqualizationChoiceTest::batches, RANGES);
    EqualizationChoice mixed =
        new EqualizationChoice(
            measured.equalization(),
            List.of(
                new EqualizationChoice.Comparison(8, 0.01, 0.02),
                new EqualizationChoice.Comparison(4, 0.2, 0.1)));

    assertThat(mixed.isUsed()).isFalse();
    assertThat(mixed.network(network)).isSameAs(network);
  }
}
