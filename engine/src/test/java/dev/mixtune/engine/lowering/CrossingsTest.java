package dev.mixtune.engine.lowering;

import static dev.mixtune.engine.TestGraphs.ints;
import static dev.mixtune.engine.TestGraphs.text;
import static dev.mixtune.engine.lowering.RegionsTest.error;
import static dev.mixtune.engine.lowering.RegionsTest.ops;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.KernelUse;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.TestGraphs;
import dev.mixtune.engine.TestNetworks;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where values cross between float and integers, and which kernels are listed for it. */
class CrossingsTest extends GraphFixture {
  private static List<String> boundaries(LoweredPlan plan) {
    return plan.kernels().stream()
        .filter(
            kernel ->
                kernel.op() == KernelUse.Op.QUANTIZE || kernel.op() == KernelUse.Op.DEQUANTIZE)
        .map(kernel -> kernel.op() + " " + kernel.name())
        .toList();
  }

  private static long executed(TestNetworks test, LoweredPlan plan, String op) {
    return ops(test, plan).stream().filter(op::equals).count();
  }

  @ParameterizedTest
  @CsvSource({
    "f32 f32 f32, ''",
    "w8a8 w8a8 w8a8, QUANTIZE x;DEQUANTIZE y",
    "f16 w8a8 f32, QUANTIZE r;DEQUANTIZE s",
    "w8a8 f32 w8a8, QUANTIZE x;DEQUANTIZE r;QUANTIZE s;DEQUANTIZE y",
    "f32 f32 w4a8, QUANTIZE s;DEQUANTIZE y"
  })
  void boundariesAreWhereFloatMeetsInteger(String key, String expected) {
    TestGraphs graph = start();
    graph.relu("r", graph.conv("c", "x", 4, 3));
    graph.relu("s", graph.conv("d", "r", 4, 4));
    graph.conv("y", "s", 4, 4);
    TestNetworks test = network(graph, "y");
    LoweredPlan plan = test.lowering().lower(Plan.parse(key));

    assertThat(String.join(";", boundaries(plan))).isEqualTo(expected);
    for (KernelUse.Op op : List.of(KernelUse.Op.QUANTIZE, KernelUse.Op.DEQUANTIZE)) {
      String name = op == KernelUse.Op.QUANTIZE ? "QuantizeLinear" : "DequantizeLinear";
      assertThat(executed(test, plan, name))
          .as(name)
          .isEqualTo(plan.kernels().stream().filter(kernel -> kernel.op() == op).count());
    }
  }

  /** Pixels that are only repeated stay integers; those that are mixed do not. */
  @ParameterizedTest
  @CsvSource({"nearest, 0", "linear, 1"})
  void aResizeThatRepeatsPixelsStaysOnIntegers(String mode, int crossings) {
    TestGraphs graph = start();
    graph.relu("r", graph.conv("c", "x", 4, 3));
    graph.floats("region");
    graph.floats("scales", 1, 1, 2, 2);
    graph.node("Resize", "larger", List.of("r", "region", "scales"), text("mode", mode));
    graph.conv("y", "larger", 4, 4);
    TestNetworks test = network(graph, "y");
    LoweredPlan plan = test.lowering().lower(test.uniform(Scheme.W8A8));

    assertThat(executed(test, plan, "QuantizeLinear")).isEqualTo(1 + crossings);
    assertThat(boundaries(plan)).hasSize(2 + 2 * crossings);
    assertThat(error(test, plan)).isLessThan(0.03);
  }

  /** Attention multiplies two activations: in float, at the price of a float product. */
  @Test
  void aProductOfTwoActivationsIsPricedAsOne() {
    TestGraphs graph = TestGraphs.opset(13);
    graph.input("x", 2, 5, 16);
    graph.weight("w", 0.3, 16, 7);
    graph.weight("v", 0.3, 16, 7);
    graph.node("MatMul", "a", List.of("x", "w"));
    graph.node("MatMul", "b", List.of("x", "v"));
    graph.node("Transpose", "t", List.of("b"), ints("perm", 0, 2, 1));
    graph.node("MatMul", "y", List.of("a", "t"));
    TestNetworks test = network(graph, "y");
    LoweredPlan plan = test.lowering().lower(test.uniform(Scheme.W8A8_DYNAMIC));
    KernelUse product = plan.kernels().get(plan.kernels().size() - 1);

    assertThat(product.name()).isEqualTo("y");
    assertThat(product.op()).isEqualTo(KernelUse.Op.MATMUL);
    assertThat(product.macs()).isEqualTo(2L * 5 * 5 * 7);
    assertThat(product.weightElements()).isZero();
  }

  /** A Pad has no integer kernel; a Relu behind a value that others read too is a rounding. */
  @ParameterizedTest
  @CsvSource({"Pad, 1, OTHER FLOAT", "Relu, 1, ''", "Slice, 0, OTHER INTEGER_STATIC"})
  void whatHasNoIntegerKernelIsCrossedTwice(String op, int crossings, String expected) {
    TestGraphs graph = start();
    graph.relu("r", graph.conv("c", "x", 4, 3));
    graph.conv("other", "r", 4, 4);
    graph.node("Add", "a", List.of("other", "r"));
    graph.longs("zero", 0);
    switch (op) {
      case "Pad" -> graph.node(op, "o", List.of("a", graph.longs("pads", 0, 0, 0, 0, 0, 2, 0, 0)));
      case "Slice" ->
          graph.node(op, "o", List.of("a", "zero", graph.longs("end", 2), graph.longs("axis", 1)));
      default -> graph.relu("o", "a");
    }
    graph.node("GlobalAveragePool", "p", List.of("o"));
    graph.node("GlobalAveragePool", "y", List.of("a"));
    TestNetworks test = network(graph, "p", "y");
    LoweredPlan plan = test.lowering().lower(test.uniform(Scheme.W8A8));

    assertThat(executed(test, plan, "QuantizeLinear")).isEqualTo(1 + crossings);
    assertThat(executed(test, plan, "DequantizeLinear")).isEqualTo(2 + crossings);
    assertThat(boundaries(plan)).hasSize(3 + 2 * crossings).contains("QUANTIZE x");
    assertThat(boundaries(plan).contains("QUANTIZE o")).isEqualTo(crossings > 0);
    assertThat(boundaries(plan).contains("DEQUANTIZE a")).isEqualTo(crossings > 0);
    assertThat(
            plan.kernels().stream()
                .filter(kernel -> kernel.name().equals("o"))
                .filter(kernel -> kernel.op() != KernelUse.Op.QUANTIZE)
                .map(kernel -> kernel.op() + " " + kernel.arithmetic())
                .toList())
        .isEqualTo(expected.isEmpty() ? List.of() : List.of(expected));
  }

  @Test
  void aValueReadByFloatAndIntegerCrossesOnce() {
    TestGraphs graph = start();
    graph.relu("r", graph.conv("c", "x", 4, 3));
    graph.conv("d", "r", 4, 4);
    graph.conv("e", "r", 4, 4);
    graph.node("Sigmoid", "s", List.of("r"));
    TestNetworks test = network(graph, "d", "e", "s");

    LoweredPlan mixed = test.lowering().lower(Plan.parse("w8a8 w8a8 f32"));
    assertThat(boundaries(mixed)).containsExactly("QUANTIZE x", "DEQUANTIZE d", "DEQUANTIZE r");
    assertThat(test.executed(mixed).kernels().subList(0, 2)).containsOnly("QLinearConv");
    assertThat(test.executed(mixed).unplanned()).isEmpty();
    assertThat(error(test, mixed)).isLessThan(0.02);
    LoweredPlan floatFirst = test.lowering().lower(Plan.parse("f32 w8a8 w8a8"));
    assertThat(boundaries(floatFirst))
        .containsExactly("QUANTIZE r", "DEQUANTIZE d", "DEQUANTIZE e");
  }

  /** A perceptron: each product writes integers when nothing but integer products read it. */
  @Test
  void productsInARowStayOnIntegers() {
    TestGraphs graph = TestGraphs.opset(13);
    graph.input("x", 2, 16);
    String value = "x";
    for (String name : List.of("a", "b", "y")) {
      graph.weight(name + ".w", 0.3, 16, 16);
      graph.weight(name + ".b", 0.3, 16);
      value = graph.node("Gemm", name, List.of(value, name + ".w", name + ".b"));
      value = name.equals("y") ? value : graph.relu(name + ".r", value);
    }
    TestNetworks test = network(graph, "y");

    LoweredPlan all = test.lowering().lower(test.uniform(Scheme.W8A8));
    assertThat(ops(test, all)).containsExactly("QuantizeLinear", "QGemm", "QGemm", "QGemm");
    assertThat(boundaries(all)).containsExactly("QUANTIZE x");
    assertThat(error(test, all)).isLessThan(0.03);
    LoweredPlan mixed = test.lowering().lower(Plan.parse("w8a8 f32 w8a8"));
    assertThat(test.executed(mixed).kernels().get(0)).isEqualTo("QGemm");
    assertThat(test.executed(mixed).kernels().get(2)).isEqualTo("QGemm");
    assertThat(test.executed(mixed).unplanned()).isEmpty();
    assertThat(boundaries(mixed)).containsExactly("QUANTIZE x", "QUANTIZE b.r");
    assertThat(error(test, mixed)).isLessThan(0.03);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Relu", "Clip", "Sigmoid", "Tanh", "LeakyRelu"})
  void aProductInFrontOfAFloatActivationStillRunsOnIntegers(String op) {
    for (boolean gemm : new boolean[] {true, false}) {
      TestGraphs graph = TestGraphs.opset(13);
      if (gemm) {
        graph.input("x", 4, 16);
      } else {
        graph.input("x", 2, 2, 16);
      }
      graph.weight("w", 0.3, 16, 8);
      graph.node(gemm ? "Gemm" : "MatMul", "p", List.of("x", "w"));
      graph.node(op, "a", List.of("p"));
      graph.node("Softmax", "y", List.of("a"));
      TestNetworks test = network(graph, "y");
      LoweredPlan plan = test.lowering().lower(test.uniform(Scheme.W8A8));

      assertThat(test.executed(plan).isInteger(0)).as("%s in front of %s", gemm, op).isTrue();
      assertThat(error(test, plan)).isLessThan(0.02);
    }
  }

  /** Float operators with weights: ONNX Runtime must leave their weights alone. */
  @ParameterizedTest
  @CsvSource({"ConvTranspose, 5", "3-D, 1"})
  void floatOperatorsBetweenIntegersKeepTheirWeights(String kind, int schemes) {
    TestGraphs graph = start();
    graph.relu("r", graph.conv("c", "x", 4, 3));
    if (kind.equals("3-D")) {
      graph.node("Reshape", "s", List.of("r", graph.longs("shape", 0, 4, 2, 4, 8)));
      graph.weight("t.w", 0.3, 5, 4, 1, 1, 1);
      graph.node("Conv", "t", List.of("s", "t.w"));
      graph.weight("y.w", 0.3, 8, 7);
      graph.node("MatMul", "y", List.of("t", "y.w"));
    } else {
      graph.weight("t.w", 0.3, 4, 4, 2, 2);
      graph.node("ConvTranspose", "t", List.of("r", "t.w"), ints("strides", 2, 2));
      graph.conv("y", "t", 2, 4);
    }
    TestNetworks test = network(graph, "y");
    List<Layer> layers = test.network().layers();
    assertThat(layers).hasSize(schemes == 1 ? 2 : 3);
    List<Scheme> menu = schemes == 1 ? List.of(Scheme.F32) : test.lowering().schemes(layers.get(1));
    assertThat(menu).hasSize(schemes);
    for (Scheme scheme : menu) {
      Plan integers = Plan.uniform(layers.size(), Scheme.W8A8);
      LoweredPlan plan = test.lowering().lower(schemes == 1 ? integers : integers.with(1, scheme));

      assertThat(test.executed(plan).unplanned()).isEmpty();
      assertThat(test.executed(plan).isInteger(0)).isTrue();
      assertThat(test.executed(plan).isInteger(layers.size() - 1)).isTrue();
      assertThat(test.runtime().executedNodes(plan.model()))
          .noneMatch(node -> node.inputs().stream().anyMatch(name -> name.contains("_weight_")));
    }
  }

  /** Quantized for one reader and read as floats by another. */
  @Test
  void aProductThatIntegersAndFloatsReadRunsOnIntegers() {
    TestGraphs graph = TestGraphs.opset(13);
    graph.input("x", 2, 4, 16);
    for (String weight : List.of("w", "v", "u")) {
      graph.weight(weight, 0.25, 16, 16);
    }
    graph.node("MatMul", "a", List.of("x", "w"));
    graph.node("MatMul", "b", List.of("a", "v"));
    graph.node("MatMul", "c", List.of("a", "u"));
    graph.node("Sub", "y", List.of("b", "c"));
    TestNetworks test = network(graph, "y");
    for (String key : List.of("w8a8 w8a8 f32", "w8a8 f32 w4a8", "w8a8 w8a8 w8a8d")) {
      LoweredPlan plan = test.lowering().lower(Plan.parse(key));
      for (int layer = 0; layer < 3; layer++) {
        assertThat(test.executed(plan).isInteger(layer))
            .as("%s, layer %d", key, layer)
            .isEqualTo(plan.plan().scheme(layer).arithmetic().isInteger());
      }
    }
  }

  @Test
  void equalKernelsHaveEqualSignaturesAndOthersNot() {
    TestGraphs graph = TestGraphs.opset(13);
    graph.input("x", 2, 64);
    graph.weight("w", 0.3, 64, 16);
    graph.weight("v", 0.3, 16, 16);
    graph.node("MatMul", "a", List.of("x", "w"));
    graph.node("Sigmoid", "s", List.of("a"));
    graph.node("MatMul", "y", List.of("s", "v"));
    TestNetworks test = network(graph, "y");
    List<List<String>> executed = new ArrayList<>();
    List<String> signatures = new ArrayList<>();
    List<Layer> layers = test.network().layers();
    for (Scheme first : test.lowering().schemes(layers.get(0))) {
      for (Scheme second : test.lowering().schemes(layers.get(1))) {
        LoweredPlan plan = test.lowering().lower(new Plan(List.of(first, second)));
        // MatMulNBits is one operator whose cost depends on its bits and its blocks.
        List<String> kernels = new ArrayList<>(ops(test, plan));
        for (Scheme scheme : plan.plan().schemes()) {
          kernels.add(
              scheme.arithmetic() == Arithmetic.BLOCKWISE
                  ? "bits " + scheme.weightBits() + ", blocks " + scheme.blockSize()
                  : "");
        }
        executed.add(kernels);
        signatures.add(plan.kernelSignature());
      }
    }
    for (int i = 0; i < executed.size(); i++) {
      for (int j = 0; j < i; j++) {
        assertThat(signatures.get(i).equals(signatures.get(j)))
            .as("%s and %s", executed.get(i), executed.get(j))
            .isEqualTo(executed.get(i).equals(executed.get(j)));
      }
    }
  }
}
