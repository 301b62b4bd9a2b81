package dev.mixtune.engine.lowering;

import static dev.mixtune.engine.TestGraphs.attribute;
import static dev.mixtune.engine.TestGraphs.ints;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.KernelUse;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.TestGraphs;
import dev.mixtune.engine.TestNetworks;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Operators between layers, in the optimised graph and in the list of kernels. */
class RegionsTest extends GraphFixture {
  static List<String> ops(TestNetworks test, LoweredPlan plan) {
    List<String> ops = new ArrayList<>(test.executedOps(plan));
    // The runtime's own change of layout, at the ends of a run of convolutions.
    ops.removeIf(op -> op.equals("Transpose"));
    return ops;
  }

  static List<String> ops(TestNetworks test) {
    return ops(test, test.lowering().lower(test.uniform(Scheme.W8A8)));
  }

  /** Root of the mean squared difference to the float model, by that of its answers. */
  static double error(TestNetworks test, LoweredPlan plan) {
    double squares = 0;
    double all = 0;
    List<Tensor> expected = test.runFloat();
    List<Tensor> found = test.run(plan);
    for (int k = 0; k < expected.size(); k++) {
      float[] a = ((Tensor.Floats) expected.get(k)).values();
      float[] b = ((Tensor.Floats) found.get(k)).values();
      for (int i = 0; i < a.length; i++) {
        squares += (a[i] - b[i]) * (double) (a[i] - b[i]);
        all += a[i] * (double) a[i];
      }
    }
    return Math.sqrt(squares / all);
  }

  @ParameterizedTest
  @CsvSource({"0, 6", "0, 0.5", "-1, 1", "-0.37, 0.9", "-1, 6", "0, 3.4e38", "-3.4e38, 0"})
  void aClipBehindAConvolutionIsAbsorbed(float low, float high) {
    TestGraphs graph = start();
    graph.conv("c", "x", 4, 3);
    graph.node("Clip", "y", List.of("c", graph.scalar("low", low), graph.scalar("high", high)));
    TestNetworks test = network(graph, "y");

    assertThat(ops(test)).containsExactly("QuantizeLinear", "QLinearConv", "DequantizeLinear");
    assertThat(error(test, test.lowering().lower(test.uniform(Scheme.W8A8)))).isLessThan(0.02);
  }

  @Test
  void aReluBehindAConvolutionIsAbsorbed() {
    TestGraphs graph = start();
    graph.relu("y", graph.conv("c", "x", 4, 3));
    TestNetworks test = network(graph, "y");

    assertThat(ops(test)).containsExactly("QuantizeLinear", "QLinearConv", "DequantizeLinear");
    assertThat(error(test, test.lowering().lower(test.uniform(Scheme.W8A8)))).isLessThan(0.02);
  }

  /** ONNX Runtime 1.29 refuses models that have both of them in front of a QuantizeLinear. */
  @Test
  void twoActivationsInARowBecomeOne() {
    TestGraphs graph = start();
    graph.conv("c", "x", 4, 3);
    graph.relu("r", "c");
    graph.node("Clip", "k", List.of("r", graph.scalar("low", -1), graph.scalar("high", 1)));
    graph.node("LeakyRelu", "l", List.of("k"));
    graph.relu("r2", "l");
    graph.node("Clip", "k2", List.of("r2", "low", graph.scalar("high2", 0.5f)));
    graph.conv("y", "k2", 4, 4);
    TestNetworks test = network(graph, "y");
    for (Scheme scheme : List.of(Scheme.F32, Scheme.W8A8)) {
      LoweredPlan plan = test.lowering().lower(Plan.uniform(2, scheme));
      assertThat(test.executed(plan).unplanned()).isEmpty();
      assertThat(error(test, plan)).isLessThan(scheme == Scheme.F32 ? 1e-6 : 0.02);
    }
  }

  @Test
  void aResidualBlockStaysOnIntegersToItsEnd() {
    TestGraphs graph = start();
    graph.relu("r", graph.conv("c", "x", 4, 3));
    graph.conv("d", "r", 4, 4);
    graph.node("Add", "a", List.of("d", "r"));
    graph.relu("ar", "a");
    graph.node("GlobalAveragePool", "p", List.of("ar"));
    graph.node("Flatten", "f", List.of("p"));
    graph.weight("w", 0.5, 4, 5);
    graph.weight("b", 0.5, 5);
    graph.node("Gemm", "y", List.of("f", "w", "b"));
    TestNetworks test = network(graph, "y");
    LoweredPlan plan = test.lowering().lower(test.uniform(Scheme.W4A8));

    assertThat(ops(test, plan))
        .containsExactly(
            "QuantizeLinear",
            "QLinearConv",
            "QLinearConv",
            "QLinearAdd",
            "QLinearGlobalAveragePool",
            "Flatten",
            "QGemm");
    assertThat(plan.kernels().stream().map(KernelUse::op))
        .containsExactly(
            KernelUse.Op.QUANTIZE,
            KernelUse.Op.CONV,
            KernelUse.Op.CONV,
            KernelUse.Op.ADD,
            KernelUse.Op.POOL,
            KernelUse.Op.OTHER,
            KernelUse.Op.MATMUL);
    assertThat(plan.kernels().subList(1, 7))
        .allMatch(kernel -> kernel.arithmetic() == Arithmetic.INTEGER_STATIC);
  }

  @Test
  void aConcatOfConvolutionsHasOneScaleAndCostsACopy() {
    TestGraphs graph = start();
    graph.relu("r", graph.conv("c", "x", 4, 3));
    graph.relu("s", graph.conv("d", "x", 2, 3));
    graph.node("Concat", "k", List.of("r", "s"), attribute("axis", 1));
    graph.relu("y", graph.conv("e", "k", 4, 6));
    TestNetworks test = network(graph, "y");

    assertThat(ops(test))
        .containsExactly(
            "QuantizeLinear",
            "QLinearConv",
            "QLinearConv",
            "QLinearConcat",
            "QLinearConv",
            "DequantizeLinear");
    IntegerRegions regions = regions(test, Scheme.W8A8);
    assertThat(regions.grid("r")).isEqualTo(regions.grid("s")).isEqualTo(regions.grid("k"));
  }

  private static IntegerRegions regions(TestNetworks test, Scheme scheme) {
    Map<String, Layer> layers = new HashMap<>();
    Map<String, Arithmetic> arithmetic = new HashMap<>();
    test.network()
        .layers()
        .forEach(
            layer -> {
              layers.put(layer.name(), layer);
              arithmetic.put(layer.name(), scheme.arithmetic());
            });
    return new IntegerRegions(test.network().graph(), test.calibration(), layers, arithmetic);
  }

  /** A small value that others read too must not take the coarse grid of a large neighbour. */
  @Test
  void aConcatDoesNotCoarsenWhatOthersRead() {
    TestGraphs graph = start();
    graph.conv("c", "x", 4, 3);
    graph.weight("big.w", 20, 4, 3, 3, 3);
    graph.node("Conv", "big", List.of("x", "big.w"), ints("pads", 1, 1, 1, 1));
    graph.node("Concat", "k", List.of("c", "big"), attribute("axis", 1));
    graph.conv("y", "c", 4, 4);
    TestNetworks test = network(graph, "y", "k");
    LoweredPlan plan = test.lowering().lower(test.uniform(Scheme.W8A8));
    IntegerRegions regions = regions(test, Scheme.W8A8);

    assertThat(regions.grid("c").scale()).isLessThan(regions.grid("big").scale() / 10);
    assertThat(regions.grid("big")).isEqualTo(regions.grid("k"));
    assertThat(ops(test, plan)).contains("QLinearConcat");
    assertThat(test.executed(plan).unplanned()).isEmpty();
    assertThat(error(test, plan)).isLessThan(0.02);
  }

  /** One scale for both would reach beyond 0.5, and the convolution behind would stay float. */
  @Test
  void aConcatDoesNotWidenTheGridOfAClip() {
    TestGraphs graph = start();
    graph.conv("c", "x", 4, 3);
    graph.node("Clip", "r", List.of("c", graph.scalar("low", 0), graph.scalar("high", 0.5f)));
    graph.relu("s", graph.conv("d", "x", 2, 3));
    graph.node("Concat", "y", List.of("r", "s"), attribute("axis", 1));
    TestNetworks test = network(graph, "y");
    LoweredPlan plan = test.lowering().lower(test.uniform(Scheme.W8A8));

    assertThat(test.executed(plan).kernels()).containsOnly("QLinearConv");
    assertThat(ops(test, plan)).contains("QLinearConcat");
    assertThat(error(test, plan)).isLessThan(0.02);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aMaxPoolStaysOnIntegersOnlyBetweenIntegers(boolean relu) {
    TestGraphs graph = start();
    graph.conv("c", "x", 4, 3);
    String from = relu ? graph.relu("r", "c") : "c";
    graph.node("MaxPool", "m", List.of(from), ints("kernel_shape", 2, 2), ints("strides", 2, 2));
    graph.conv("y", "m", 4, 4);
    TestNetworks test = network(graph, "y");
    Plan integer = test.uniform(Scheme.W8A8);

    assertThat(
            ops(test, test.lowering().lower(integer)).stream()
                .map(op -> op.replace("Nhwc", ""))
                .toList())
        .containsExactly(
            "QuantizeLinear", "QLinearConv", "MaxPool", "QLinearConv", "DequantizeLinear");
    LoweredPlan mixed = test.lowering().lower(integer.with(0, Scheme.F32));
    assertThat(use(mixed, KernelUse.Op.POOL).arithmetic()).isEqualTo(Arithmetic.FLOAT);
    assertThat(test.executed(mixed).unplanned()).isEmpty();
  }

  static KernelUse use(LoweredPlan plan, KernelUse.Op op) {
    return plan.kernels().stream().filter(kernel -> kernel.op() == op).findFirst().orElseThrow();
  }
}
