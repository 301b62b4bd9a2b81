package dev.mixtune.engine.graph;

import static dev.mixtune.engine.TestGraphs.attribute;
import static dev.mixtune.engine.TestGraphs.ints;
import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import dev.mixtune.engine.Answers;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.OperatorKind;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.TestGraphs;
import dev.mixtune.engine.TestNetworks;
import dev.mixtune.engine.rounding.HalfPrecision;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * However a product is written, it becomes a layer; ONNX Runtime on the user's own model is the
 * oracle.
 */
class LayerFormsTest {
  @TempDir private Path folder;

  /** The float plan is the user's model, 8 bits are near it, and every layer runs on integers. */
  private TestNetworks assertIntegerLayers(TestGraphs graph, Scheme scheme, OperatorKind... kinds) {
    TestNetworks test = TestNetworks.calibrated(graph.outputs("y").write(folder));
    assertThat(test.network().layers()).extracting(Layer::kind).containsExactly(kinds);
    assertThat(Answers.error(test, test.uniform(Scheme.F32))).isLessThan(1e-5);
    assertThat(Answers.error(test, test.uniform(scheme))).isLessThan(0.05);
    var executed = test.executed(test.lowering().lower(test.uniform(scheme)));
    assertThat(executed.unplanned()).isEmpty();
    for (Layer layer : test.network().layers()) {
      assertThat(executed.isInteger(layer.index())).as(layer.name()).isTrue();
    }
    return test;
  }

  @Test
  void everyGemm() {
    Random random = new Random(5);
    for (int i = 0; i < 60; i++) {
      TestGraphs graph = new TestGraphs(random.nextBoolean() ? 11 : 13, i);
      boolean transA = random.nextInt(3) == 0;
      boolean transB = random.nextBoolean();
      float alpha = new float[] {1, 0.3f, -2}[random.nextInt(3)];
      float beta = new float[] {1, 0.5f, 0, -3}[random.nextInt(4)];
      graph.input("x", transA ? new long[] {12, 5} : new long[] {5, 12});
      graph.weight("w", 0.3, transB ? new long[] {7, 12} : new long[] {12, 7});
      List<String> inputs = new ArrayList<>(List.of("x", "w"));
      int bias = random.nextInt(7);
      long[][] shapes = {{7}, {1, 7}, {1}, {5, 7}, {5, 1}};
      if (bias < shapes.length) {
        inputs.add(graph.weight("b", 0.5, shapes[bias]));
      } else if (bias == shapes.length) {
        graph.weight("b0", 0.5, 7);
        graph.input("z", 7);
        inputs.add(graph.node("Add", "b", List.of("b0", "z")));
      }
      graph.node(
          "Gemm",
          "y",
          inputs,
          attribute("transA", transA ? 1 : 0),
          attribute("transB", transB ? 1 : 0),
          attribute("alpha", alpha),
          attribute("beta", beta));

      TestNetworks test = assertIntegerLayers(graph, Scheme.W8A8, OperatorKind.GEMM);
      assertThat(test.network().layers().get(0).name()).isEqualTo("y");
    }
  }

  /** Two Gemm that read one weight with one factor share what the factor makes of it. */
  @Test
  void factorsKeepTiedWeightsTied() {
    TestGraphs graph = TestGraphs.opset(13);
    graph.input("x", 3, 8);
    graph.weight("w", 0.3, 8, 8);
    graph.node("Gemm", "a", List.of("x", "w"), attribute("alpha", 0.5f));
    graph.node("Gemm", "y", List.of("a", "w"), attribute("alpha", 0.5f));
    TestNetworks test =
        assertIntegerLayers(graph, Scheme.W8A8, OperatorKind.GEMM, OperatorKind.GEMM);
    assertThat(test.network().groups()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void aConstantLeftOperand(int axes) {
    TestGraphs graph = TestGraphs.opset(13);
    graph.input("x", axes == 2 ? new long[] {12, 9} : new long[] {-1, 12, 9});
    graph.weight("w", 0.3, 7, 12);
    graph.node("MatMul", "y", List.of("w", "x"));
    assertIntegerLayers(graph, Scheme.W8A8, OperatorKind.CONV);
  }

  @Test
  void leadingAxesOfLengthOne() {
    TestGraphs graph = TestGraphs.opset(13);
    graph.input("x", -1, 5, 12);
    graph.weight("w", 0.3, 1, 12, 7);
    graph.node("MatMul", "y", List.of("x", "w"));
    TestNetworks test = assertIntegerLayers(graph, Scheme.W8A8, OperatorKind.MATMUL);
    Layer layer = test.network().layers().get(0);
    assertThat(layer.weightShape()).containsExactly(12L, 7L);
    assertThat(test.lowering().schemes(layer)).contains(Scheme.W4_BLOCK);
  }

  /** A leading axis of length 1 adds an axis to inputs that have fewer: it has to stay. */
  @Test
  void leadingAxesThatChangeTheAnswersShape() {
    TestGraphs graph = TestGraphs.opset(13);
    graph.input("x", 5, 12);
    graph.weight("w", 0.3, 1, 12, 7);
    graph.node("MatMul", "y", List.of("x", "w"));
    TestNetworks test = TestNetworks.calibrated(graph.outputs("y").write(folder));
    assertThat(test.runFloat().get(0).shape()).containsExactly(1, 5, 7);
    assertThat(Answers.error(test, test.uniform(Scheme.W8A8_DYNAMIC))).isLessThan(0.05);
    assertThat(test.run(test.lowering().lower(test.uniform(Scheme.W8A8_DYNAMIC))).get(0).shape())
        .containsExactly(1, 5, 7);
  }

  private static AttributeProto value(TensorProto tensor) {
    return AttributeProto.newBuilder()
        .setName("value")
        .setType(AttributeProto.AttributeType.TENSOR)
        .setT(tensor)
        .build();
  }

  @ParameterizedTest
  @CsvSource({
    "Constant, 13", "Identity, 13", "Transpose, 13", "Reshape, 13", "Cast, 13", "Unsqueeze, 11",
    "Constant, 9", "Identity, 7", "Transpose, 9", "Reshape, 10", "Cast, 9", "Dequantized, 13"
  })
  void weightsBehindOtherOperators(String op, int opset) {
    TestGraphs graph = TestGraphs.opset(opset);
    graph.input("x", 3, 12);
    float[] values = graph.normal(0.3, 12, 7);
    TensorProto stored = Constants.ofFloats("w0", List.of(12L, 7L), values);
    switch (op) {
      case "Constant" ->
          graph.add(
              NodeProto.newBuilder()
                  .setOpType("Constant")
                  .addOutput("w")
                  .addAttribute(value(stored.toBuilder().clearName().build()))
                  .build());
      case "Transpose" -> {
        graph.constant(Constants.ofFloats("w0", List.of(7L, 12L), values));
        graph.node("Transpose", "w", List.of("w0"), ints("perm", 1, 0));
      }
      case "Reshape" -> {
        graph.constant(Constants.ofFloats("w0", List.of(84L), values));
        graph.node("Reshape", "w", List.of("w0", graph.longs("shape", 12, 7)));
      }
      case "Cast" -> {
        graph.constant(
            Constants.ofBytes(
                "w0", Constants.FLOAT16, List.of(12L, 7L), HalfPrecision.bytes(values)));
        graph.node("Cast", "w", List.of("w0"), attribute("to", Constants.FLOAT));
      }
      case "Unsqueeze" -> {
        graph.constant(Constants.ofFloats("w0", List.of(84L), values));
        graph.node("Unsqueeze", "w1", List.of("w0"), ints("axes", 0));
        graph.node("Reshape", "w", List.of("w1", graph.longs("shape", 12, 7)));
      }
      case "Dequantized" -> {
        graph.constant(stored);
        graph.node("Mul", "w", List.of("w0", graph.scalar("half", 0.5f)));
      }
      default -> {
        graph.constant(stored);
        graph.node(op, "w", List.of("w0"));
      }
    }
    graph.node("MatMul", "y", List.of("x", "w"));
    assertIntegerLayers(graph, Scheme.W8A8, OperatorKind.MATMUL);
  }
}
