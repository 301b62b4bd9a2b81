package dev.mixtune.engine.graph;

import static dev.mixtune.engine.TestGraphs.attribute;
import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import dev.mixtune.engine.RandomGraphs;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.TestGraphs;
import dev.mixtune.engine.TestKit;
import dev.mixtune.engine.TestNetworks;
import dev.mixtune.engine.runtime.OrtRuntime;
import dev.mixtune.engine.runtime.Session;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** ONNX Runtime's answers on the network as it was are the oracle. */
class EqualizationTest {
  private static final OrtRuntime RUNTIME = TestKit.runtime();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cifar10-resnet20/model.onnx",
        "cifar10-resnet8/model.onnx",
        "imagenet-mobilenetv2/model.onnx"
      })
  void networksOfTheKitAnswerAsBefore(String file) {
    Network network = new NetworkReader(RUNTIME).read(TestKit.file(file), Map.of());
    Equalization equalized = Equalization.of(network);

    sameAnswers(network, equalized.network());
    assertThat(equalized.network().layers()).isEqualTo(network.layers());
    assertThat(equalized.pairs().isEmpty()).isEqualTo(equalized.network().equals(network));
  }

  @Test
  void randomNetworksAnswerAsBefore(@TempDir Path folder) {
    int pairs = 0;
    for (int seed = 1; seed <= 40; seed++) {
      Network network =
          new NetworkReader(RUNTIME)
              .read(RandomGraphs.of(seed).write(folder, seed + ".onnx"), Map.of());
      Equalization equalized = Equalization.of(network);
      pairs += equalized.pairs().size();
      sameAnswers(network, equalized.network());
    }
    assertThat(pairs).isGreaterThan(10);
  }

  @Test
  void pairsOfEveryKindReachEquallyFarAfterwards(@TempDir Path folder) {
    TestGraphs graph = TestGraphs.opset(13);
    String x = graph.input("x", -1, 3, 6, 6);
    String wide = graph.conv("a", x, 8, 3);
    String deep = graph.conv("b", graph.relu("ar", wide), 16, 1, attribute("group", 8));
    String split =
        graph.conv("c", graph.node("LeakyRelu", "br", List.of(deep)), 6, 8, attribute("group", 2));
    String flat = graph.node("Flatten", "f", List.of(split));
    String weight = graph.weight("d.w", 0.1, 12, 216);
    String bias = graph.weight("d.b", 0.01, 12);
    String first = graph.node("Gemm", "d", List.of(flat, weight, bias), attribute("transB", 1));
    String last =
        graph.node(
            "MatMul", "e", List.of(graph.relu("dr", first), graph.weight("e.w", 0.4, 12, 5)));
    Network network =
        new NetworkReader(RUNTIME).read(unbalanced(graph.outputs(last)).write(folder), Map.of());

    Equalization equalized = Equalization.of(network);

    assertThat(equalized.pairs())
        .extracting(pair -> pair.first() + pair.second())
        .containsExactly("ab", "bc", "de");
    sameAnswers(network, equalized.network());
    // Each channel of the depthwise layer feeds two outputs of nine weights each; factors are
    // powers
    // of two, and one is not worth moving for less than 0.75 of a step.
    assertThat(imbalance(equalized.network(), "a.w", 27, "b.w", new int[] {18, 9})).isLessThan(2.9);
    assertThat(imbalance(network, "a.w", 27, "b.w", new int[] {18, 9})).isGreaterThan(4);
    for (int channel = 0; channel < 12; channel++) {
      double before = largest(constant(equalized.network(), "d.w"), channel * 216, 216);
      double after = largest(constant(equalized.network(), "e.w"), channel * 5, 5);
      assertThat(before / after).isBetween(1 / 2.9, 2.9);
    }
  }

  /** The oracle is the same network with other weights there, whose ratios tell. */
  @Test
  void aZeroHasTheFactorOfItsChannels(@TempDir Path folder) {
    Network whole = twoConvolutions(folder, /* holes= */ false);
    Network holed = twoConvolutions(folder, /* holes= */ true);

    Map<String, float[]> factors = Equalization.factors(holed);

    Network equalized = Equalization.of(whole).network();
    for (String name : List.of("a.w", "b.w")) {
      float[] before = constant(whole, name);
      float[] after = constant(equalized, name);
      float[] holes = constant(holed, name);
      int zerosMoved = 0;
      for (int i = 0; i < before.length; i++) {
        float factor = after[i] / before[i];
        assertThat(factors.get(name)[i]).isEqualTo(factor);
        zerosMoved += holes[i] == 0 && factor != 1 ? 1 : 0;
      }
      assertThat(zerosMoved).isGreaterThan(10);
    }
  }

  private static Network twoConvolutions(Path folder, boolean holes) {
    TestGraphs graph = TestGraphs.opset(13);
    String wide = graph.conv("a", graph.input("x", -1, 3, 6, 6), 8, 3);
    String last = graph.conv("b", graph.relu("ar", wide), 6, 8);
    TestGraphs unbalanced = unbalanced(graph.outputs(last));
    if (holes) {
      for (TensorProto.Builder constant : graph.graph().getInitializerBuilderList()) {
        if (constant.getName().endsWith(".w")) {
          float[] values = Constants.floats(constant.build());
          boolean first = constant.getName().equals("a.w");
          // Ranges are those of the first layer's outputs and of the second one's inputs.
          float[] largest = new float[8];
          for (int i = 0; i < values.length; i++) {
            int channel = first ? i / 27 : i / 9 % 8;
            largest[channel] = Math.max(largest[channel], Math.abs(values[i]));
          }
          for (int i = 0; i < values.length; i++) {
            int channel = first ? i / 27 : i / 9 % 8;
            values[i] = Math.abs(values[i]) < largest[channel] / 2 ? 0 : values[i];
          }
          TensorProto changed =
              Constants.ofFloats(constant.getName(), constant.getDimsList(), values);
          constant.clear().mergeFrom(changed);
        }
      }
    }
    return new NetworkReader(RUNTIME).read(unbalanced.write(folder), Map.of());
  }

  /** Makes channels of the first Conv and of the Gemm differ by orders of magnitude. */
  private static TestGraphs unbalanced(TestGraphs graph) {
    for (TensorProto.Builder constant : graph.graph().getInitializerBuilderList()) {
      int perChannel =
          constant.getName().equals("a.w") ? 27 : constant.getName().equals("d.w") ? 216 : 0;
      if (perChannel > 0) {
        float[] values = Constants.floats(constant.build());
        for (int i = 0; i < values.length; i++) {
          values[i] *= Math.pow(3, i / perChannel % 5 - 2);
        }
        TensorProto changed =
            Constants.ofFloats(constant.getName(), constant.getDimsList(), values);
        constant.clear().mergeFrom(changed);
      }
      if (constant.getName().equals("a.b") || constant.getName().equals("d.b")) {
        float[] zeros = new float[(int) constant.getDims(0)];
        TensorProto changed = Constants.ofFloats(constant.getName(), constant.getDimsList(), zeros);
        constant.clear().mergeFrom(changed);
      }
    }
    return graph;
  }

  /** Worst ratio of the largest weights on both sides of a channel. */
  private static double imbalance(
      Network network, String first, int perChannel, String second, int[] lengths) {
    float[] before = constant(network, first);
    float[] after = constant(network, second);
    double worst = 1;
    for (int channel = 0; channel < before.length / perChannel; channel++) {
      double left = largest(before, channel * perChannel, perChannel);
      double right = largest(after, channel * lengths[0], lengths[0]);
      worst = Math.max(worst, Math.max(left / right, right / left));
    }
    return worst;
  }

  private static double largest(float[] values, int from, int count) {
    double largest = 0;
    for (int i = from; i < from + count; i++) {
      largest = Math.max(largest, Math.abs(values[i]));
    }
    return largest;
  }

  private static float[] constant(Network network, String layerWeight) {
    String layer = layerWeight.substring(0, 1);
    NodeProto node =
        network.graph().nodes().stream()
            .filter(n -> n.getName().equals(layer))
            .findFirst()
            .orElseThrow();
    return Constants.floats(network.graph().constant(node.getInput(1)).orElseThrow());
  }

  @Test
  void whatOthersReadOrWhatDoesNotScaleIsLeftAlone(@TempDir Path folder) {
    assertThat(pairs(folder, "Sigmoid", false, false)).isEmpty();
    assertThat(pairs(folder, "Clip", false, false)).isEmpty();
    assertThat(pairs(folder, "Relu", true, false)).isEmpty();
    assertThat(pairs(folder, "Relu", false, true)).isEmpty();
    assertThat(pairs(folder, "Relu", false, false)).hasSize(1);
  }

  private static List<Equalization.Pair> pairs(
      Path folder, String activation, boolean exposed, boolean shared) {
    TestGraphs graph = TestGraphs.opset(13);
    String first = graph.conv("a", graph.input("x", -1, 4, 6, 6), 4, 4);
    List<String> inputs =
        activation.equals("Clip")
            ? List.of(first, graph.scalar("low", 0), graph.scalar("high", 6))
            : List.of(first);
    String active = graph.node(activation, "r", inputs);
    String second = graph.conv("b", active, 4, 4);
    if (shared) {
      String again =
          graph.node("Conv", "c", List.of(second, "b.w"), TestGraphs.ints("pads", 1, 1, 1, 1));
      graph.outputs(again);
    } else {
      graph.outputs(exposed ? new String[] {second, active} : new String[] {second});
    }
    Network network = new NetworkReader(RUNTIME).read(unbalanced(graph).write(folder), Map.of());
    return Equalization.of(network).pairs();
  }

  private static void sameAnswers(Network network, Network equalized) {
    Map<String, Tensor> inputs = TestNetworks.randomInputs(RUNTIME, network, 2, Map.of());
    float[] wanted = run(network.graph().model().toByteArray(), inputs);
    float[] actual = run(equalized.graph().model().toByteArray(), inputs);
    // Powers of two change no digits.
    assertThat(actual).isEqualTo(wanted);
  }

  private static float[] run(byte[] model, Map<String, Tensor> inputs) {
    try (Session session = RUNTIME.open(model, 1)) {
      return ((Tensor.Floats) session.run(inputs).get(0)).values();
    }
  }
}
