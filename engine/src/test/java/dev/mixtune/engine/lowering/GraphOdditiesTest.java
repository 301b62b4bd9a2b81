package dev.mixtune.engine.lowering;

import static dev.mixtune.engine.TestGraphs.attribute;
import static dev.mixtune.engine.TestGraphs.body;
import static dev.mixtune.engine.TestGraphs.ints;
import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.NaiveLayers;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.TestGraphs;
import dev.mixtune.engine.TestNetworks;
import dev.mixtune.engine.graph.Constants;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models as exporters write them, not as one would like them. */
class GraphOdditiesTest extends GraphFixture {
  /** All layers on integers, nothing else, and answers near those of the float model. */
  static LoweredPlan assertIntegers(TestNetworks test) {
    LoweredPlan plan = test.lowering().lower(test.uniform(Scheme.W8A8));
    ExecutedKernels executed = test.executed(plan);
    assertThat(executed.unplanned()).isEmpty();
    for (Layer layer : test.network().layers()) {
      assertThat(executed.isInteger(layer.index())).as(layer.name()).isTrue();
    }
    assertNear(test, plan, 0.04);
    assertNear(test, test.lowering().lower(test.uniform(Scheme.F32)), 1e-4);
    return plan;
  }

  static void assertNear(TestNetworks test, LoweredPlan plan, double share) {
    List<Tensor> expected = test.runFloat();
    List<Tensor> found = test.run(plan);
    assertThat(found).hasSameSizeAs(expected);
    for (int k = 0; k < expected.size(); k++) {
      float[] a = ((Tensor.Floats) expected.get(k)).values();
      float[] b = ((Tensor.Floats) found.get(k)).values();
      assertThat(found.get(k).shape()).isEqualTo(expected.get(k).shape());
      double width = NaiveLayers.most(a) - NaiveLayers.least(a);
      for (int i = 0; i < a.length; i++) {
        assertThat(Math.abs(a[i] - b[i])).isLessThan((float) (share * width));
      }
    }
  }

  @Test
  void tiedConvolutionsAreOneGroupAndBothRunOnIntegers() {
    TestGraphs graph = start();
    graph.conv("c", "x", 4, 3);
    graph.weight("w", 0.2, 4, 4, 3, 3);
    graph.node("Conv", "d", List.of("c", "w"), ints("pads", 1, 1, 1, 1));
    graph.node("Conv", "y", List.of("d", "w"), ints("pads", 1, 1, 1, 1));
    TestNetworks test = network(graph, "y");
    List<Layer> layers = test.network().layers();

    assertThat(layers.get(1).group()).isEqualTo(layers.get(2).group());
    assertThat(layers.get(0).group()).isNotEqualTo(layers.get(1).group());
    assertThat(test.network().groups()).hasSize(2);
    assertIntegers(test);
  }

  /** The channels of one weight lie on one axis for the MatMul and on the other for the Gemm. */
  @Test
  void oneWeightMayBeReadAlongBothAxes() {
    TestGraphs graph = TestGraphs.opset(13);
    graph.input("x", 2, 12);
    graph.weight("w", 0.3, 12, 12);
    graph.node("MatMul", "a", List.of("x", "w"));
    graph.node("Gemm", "y", List.of("a", "w"), attribute("transB", 1));
    TestNetworks test = network(graph, "y");

    assertThat(test.network().groups()).hasSize(1);
    assertThat(test.library().perChannel(test.network().layers().get(0), 8).layout().axis())
        .isEqualTo(1);
    assertThat(test.library().perChannel(test.network().layers().get(1), 8).layout().axis())
        .isZero();
    assertIntegers(test);
  }

  /** Equal weights under two names are stored, and unpacked, once. */
  @Test
  void equalWeightsOfTwoLayersBothRunOnIntegers() {
    TestGraphs graph = start();
    float[] weights = graph.normal(0.2, 3, 3, 3, 3);
    for (String name : List.of("v", "w")) {
      graph.constant(Constants.ofFloats(name, List.of(3L, 3L, 3L, 3L), weights));
    }
    graph.node("Conv", "c", List.of("x", "v"), ints("pads", 1, 1, 1, 1));
    graph.node("Conv", "y", List.of("c", "w"), ints("pads", 1, 1, 1, 1));
    TestNetworks test = network(graph, "y");

    LoweredPlan plan = test.lowering().lower(Plan.uniform(2, Scheme.W4A8));
    assertThat(test.executed(plan).kernels()).containsOnly("QLinearConv");
    assertThat(test.executed(plan).unplanned()).isEmpty();
  }

  @Test
  void aConvolutionMayBeAnOutputAndReadOn() {
    TestGraphs graph = start();
    graph.conv("c", "x", 4, 3);
    graph.relu("r", "c");
    graph.conv("y", "r", 4, 4);
    assertIntegers(network(graph, "c", "y", "r"));
  }

  @Test
  void aReluMayBeReadTwice() {
    TestGraphs graph = start();
    graph.relu("r", graph.conv("c", "x", 4, 3));
    graph.conv("d", "r", 4, 4);
    graph.conv("e", "r", 4, 4);
    graph.node("Add", "y", List.of("d", "e"));
    assertIntegers(network(graph, "y"));
  }

  @Test
  void anActivationMayReadWhatOthersReadToo() {
    TestGraphs graph = start();
    graph.conv("c", "x", 4, 3);
    graph.relu("r", "c");
    graph.node("Clip", "k", List.of("r", graph.scalar("low", 0), graph.scalar("high", 1)));
    graph.conv("d", "c", 4, 4);
    graph.conv("e", "k", 4, 4);
    graph.node("Add", "y", List.of("d", "e"));
    assertIntegers(network(graph, "y", "r"));
  }

  @ParameterizedTest
  @ValueSource(ints = {11, 12, 13, 17, 19, 21})
  void everyOpsetRunsOnIntegers(int opset) {
    TestGraphs graph = TestGraphs.opset(opset).irVersion(opset >= 21 ? 10 : 8);
    graph.input("x", -1, 3, 8, 8);
    graph.relu("r", graph.conv("c", "x", 4, 3));
    graph.conv("d", "r", 4, 4);
    graph.node("Clip", "k", List.of("d", graph.scalar("low", -1), graph.scalar("high", 2)));
    graph.node("Add", "a", List.of("k", "r"));
    graph.node("GlobalAveragePool", "p", List.of("a"));
    graph.node("Flatten", "f", List.of("p"));
    graph.weight("w", 0.5, 4, 5);
    graph.weight("b", 0.5, 5);
    graph.node("Gemm", "y", List.of("f", "w", "b"));
    TestNetworks test = network(graph, "y");

    assertIntegers(test);
    for (Scheme scheme : List.of(Scheme.W4A8, Scheme.W2A8)) {
      LoweredPlan plan = test.lowering().lower(test.uniform(scheme));
      assertThat(test.executed(plan).kernels())
          .containsExactly("QLinearConv", "QLinearConv", "QGemm");
    }
  }

  @Test
  void severalInputsAndOutputs() {
    TestGraphs graph = TestGraphs.opset(13);
    graph.input("left", 2, 3, 8, 8);
    graph.input("right", 2, 3, 8, 8);
    graph.typedInput("ids", TestGraphs.INT64, 2, 4);
    graph.conv("c", "left", 4, 3);
    graph.conv("d", "right", 4, 3);
    graph.node("Add", "a", List.of("c", "d"));
    graph.weight("table", 1, 5, 6);
    graph.node("Gather", "g", List.of("table", "ids"));
    graph.weight("w", 0.4, 6, 3);
    graph.node("MatMul", "m", List.of("g", "w"));
    assertIntegers(network(graph, "m", "a"));
  }

  @Test
  void weightsMayBeConstantNodesOrStandBehindIdentity() {
    TestGraphs graph = start();
    float[] weights = graph.normal(0.2, 4, 3, 3, 3);
    graph.add(
        NodeProto.newBuilder()
            .setOpType("Constant")
            .addOutput("w")
            .addAttribute(
                AttributeProto.newBuilder()
                    .setName("value")
                    .setType(AttributeProto.AttributeType.TENSOR)
                    .setT(Constants.ofFloats("", List.of(4L, 3L, 3L, 3L), weights)))
            .build());
    graph.node("Conv", "c", List.of("x", "w"), ints("pads", 1, 1, 1, 1));
    graph.weight("v0", 0.2, 4, 4, 3, 3);
    graph.node("Identity", "v", List.of("v0"));
    graph.node("Conv", "y", List.of("c", "v"), ints("pads", 1, 1, 1, 1));
    TestNetworks test = network(graph, "y");

    assertThat(test.network().layers()).hasSize(2);
    assertIntegers(test);
  }

  /** The bodies of an If read a value that a quantized convolution writes. */
  @ParameterizedTest
  @ValueSource(strings = {"c", "r"})
  void bodiesReadIntegerValues(String captured) {
    TestGraphs graph = start();
    graph.conv("c", "x", 4, 3);
    graph.relu("r", "c");
    graph.node("ReduceMax", "top", List.of("x"), attribute("keepdims", 0));
    graph.node("Greater", "positive", List.of("top", graph.scalar("zero", 0)));
    graph.node(
        "If",
        "i",
        List.of("positive"),
        body("then_branch", branch("Relu", "then", captured)),
        body("else_branch", branch("Neg", "else", captured)));
    graph.conv("d", "r", 4, 4);
    graph.node("Add", "y", List.of("d", "i"));
    assertIntegers(network(graph, "y"));
  }

  private static GraphProto branch(String op, String output, String captured) {
    return GraphProto.newBuilder()
        .setName(output)
        .addNode(NodeProto.newBuilder().setOpType(op).addInput(captured).addOutput(output))
        .addOutput(TestGraphs.value(output, TestGraphs.FLOAT, 2, 4, 8, 8))
        .build();
  }
}
