package dev.mixtune.engine.lowering;

import static dev.mixtune.engine.TestGraphs.attribute;
import static dev.mixtune.engine.TestGraphs.ints;
import static dev.mixtune.engine.TestGraphs.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.AttributeProto;
import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.NaiveLayers;
import dev.mixtune.engine.NaiveLayers.Window;
import dev.mixtune.engine.OperatorKind;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.TestGraphs;
import dev.mixtune.engine.TestNetworks;
import dev.mixtune.engine.graph.Constants;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each operator on each scheme it offers: the optimised graph shows the kernel, nested loops over
 * the stored weights show the numbers.
 */
class OperatorGoldensTest {
  @TempDir private Path folder;

  /** How the nested loops compute one network's output from its input and the stored weights. */
  private interface Oracle {
    double[] compute(float[] x, long[] shape, float[] weight, Layer layer, float[] bias);
  }

  private record Case(
      String name, OperatorKind kind, TestGraphs graph, float[] bias, Oracle oracle) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Case> cases() {
    return Stream.of(
        conv("plain", 8, 3, 3, OperatorKind.CONV, Window.plain()),
        conv("1x1", 8, 3, 1, OperatorKind.CONV, Window.plain().pads(0, 0, 0, 0)),
        conv("depthwise", 6, 1, 3, OperatorKind.DEPTHWISE_CONV, Window.plain().groups(6)),
        conv(
            "depthwise times two", 12, 1, 3, OperatorKind.DEPTHWISE_CONV, Window.plain().groups(6)),
        conv("grouped", 8, 4, 3, OperatorKind.GROUPED_CONV, Window.plain().groups(2)),
        conv(
            "dilated", 5, 3, 3, OperatorKind.CONV, Window.plain().dilations(2, 2).pads(2, 2, 2, 2)),
        conv("strided", 8, 3, 3, OperatorKind.CONV, Window.plain().strides(2, 2)),
        conv("asymmetric pads", 8, 3, 3, OperatorKind.CONV, Window.plain().pads(0, 1, 2, 0)),
        conv1d("plain", 8, 3, 3, OperatorKind.CONV, Window.plain()),
        conv1d("strided", 8, 3, 5, OperatorKind.CONV, Window.plain().strides(1, 3)),
        conv1d("dilated", 4, 3, 3, OperatorKind.CONV, Window.plain().dilations(1, 2)),
        conv1d("asymmetric pads", 4, 3, 4, OperatorKind.CONV, Window.plain().pads(0, 2, 0, 0)),
        conv1d("depthwise", 6, 1, 3, OperatorKind.DEPTHWISE_CONV, Window.plain().groups(6)),
        conv1d("grouped", 8, 4, 3, OperatorKind.GROUPED_CONV, Window.plain().groups(2)),
        convSameUpper(),
        convWithoutBias(),
        gemm("gemm", false, 24),
        gemm("gemm with transB", true, 24),
        gemm("gemm without bias", true, 0),
        gemm("gemm without bias, plain", false, 0),
        gemm("gemm with scalar bias", false, 1),
        gemmWithTwoDimensionalBias(),
        matmul("matmul of two axes", 5, 40),
        matmul("matmul of three axes", 3, 4, 40),
        matmul("matmul of blocks and a part", 5, 200),
        matmul("matmul of one large block", 3, 128),
        batched("matmul with a matrix per batch", 3, 3, 4, 40),
        batched("matmul with a matrix per head", 2, 5, 2, 4, 40));
  }

  private static Case conv(
      String name, int out, int inPerGroup, int kernel, OperatorKind kind, Window window) {
    TestGraphs graph = TestGraphs.opset(13);
    int[] p = window.pads();
    AttributeProto[] attributes = {
      ints("pads", p[0], p[1], p[2], p[3]),
      ints("strides", window.strides()[0], window.strides()[1]),
      ints("dilations", window.dilations()[0], window.dilations()[1]),
      attribute("group", window.groups()),
      ints("kernel_shape", kernel, kernel)
    };
    float[] bias = graph.normal(0.3, out);
    graph.input("x", -1, (long) inPerGroup * window.groups(), 9, 9);
    graph.weight("w", 0.3, out, inPerGroup, kernel, kernel);
    graph.floats("b", bias);
    graph.node("Conv", "y", List.of("x", "w", "b"), attributes);
    return new Case("conv " + name, kind, graph.outputs("y"), bias, convOracle(window));
  }

  /** One axis is two axes of which the first has one row, one tap and no pads. */
  private static Case conv1d(
      String name, int out, int inPerGroup, int kernel, OperatorKind kind, Window window) {
    TestGraphs graph = TestGraphs.opset(13);
    int[] p = window.pads();
    AttributeProto[] attributes = {
      ints("pads", p[1], p[3]),
      ints("strides", window.strides()[1]),
      ints("dilations", window.dilations()[1]),
      attribute("group", window.groups())
    };
    float[] bias = graph.normal(0.3, out);
    graph.input("x", -1, (long) inPerGroup * window.groups(), 17);
    graph.weight("w", 0.3, out, inPerGroup, kernel);
    graph.floats("b", bias);
    graph.node("Conv", "y", List.of("x", "w", "b"), attributes);
    Oracle oracle =
        (x, shape, weight, layer, values) ->
            NaiveLayers.conv(
                x,
                new long[] {shape[0], shape[1], 1, shape[2]},
                weight,
                new long[] {out, inPerGroup, 1, kernel},
                values,
                window.pads(0, p[1], 0, p[3]));
    return new Case("conv 1-D " + name, kind, graph.outputs("y"), bias, oracle);
  }

  private static Oracle convOracle(Window window) {
    return (x, shape, weight, layer, bias) ->
        NaiveLayers.conv(
            x,
            shape,
            weight,
            layer.weightShape().stream().mapToLong(Long::longValue).toArray(),
            bias,
            window);
  }

  private static Case convSameUpper() {
    TestGraphs graph = TestGraphs.opset(13);
    graph.input("x", -1, 3, 9, 8);
    graph.weight("w", 0.3, 4, 3, 3, 3);
    graph.node(
        "Conv", "y", List.of("x", "w"), text("auto_pad", "SAME_UPPER"), ints("strides", 2, 2));
    // ceil(9 / 2) = 5 rows need 4 * 2 + 3 - 9 = 2 rows of padding, 4 columns 3 * 2 + 3 - 8 = 1,
    // and SAME_UPPER puts the odd one at the end.
    Window window = Window.plain().strides(2, 2).pads(1, 0, 1, 1);
    return new Case(
        "conv SAME_UPPER", OperatorKind.CONV, graph.outputs("y"), new float[0], convOracle(window));
  }

  private static Case convWithoutBias() {
    TestGraphs graph = TestGraphs.opset(13);
    graph.input("x", -1, 3, 9, 9);
    graph.weight("w", 0.3, 4, 3, 3, 3);
    graph.node("Conv", "y", List.of("x", "w"), ints("pads", 1, 1, 1, 1));
    return new Case(
        "conv without bias",
        OperatorKind.CONV,
        graph.outputs("y"),
        new float[0],
        convOracle(Window.plain()));
  }

  private static Case gemm(String name, boolean transposed, int biasLength) {
    TestGraphs graph = TestGraphs.opset(13);
    graph.input("x", -1, 40);
    float[] bias = graph.normal(0.3, biasLength);
    List<String> inputs = new ArrayList<>(List.of("x", weight(graph, transposed)));
    if (biasLength > 0) {
      inputs.add(graph.floats("b", bias));
    }
    graph.node("Gemm", "y", inputs, attribute("transB", transposed ? 1 : 0));
    return new Case(name, OperatorKind.GEMM, graph.outputs("y"), bias, gemmOracle(transposed));
  }

  private static String weight(TestGraphs graph, boolean transposed) {
    return transposed ? graph.weight("w", 0.2, 24, 40) : graph.weight("w", 0.2, 40, 24);
  }

  private static Oracle gemmOracle(boolean transposed) {
    return (x, shape, weight, layer, bias) ->
        NaiveLayers.matmul(
            x, transposed ? NaiveLayers.transposed(weight, 24, 40) : weight, 40, 24, bias);
  }

  private static Case gemmWithTwoDimensionalBias() {
    TestGraphs graph = TestGraphs.opset(13);
    graph.input("x", -1, 40);
    float[] bias = graph.normal(0.3, 24);
    weight(graph, true);
    graph.constant(Constants.ofFloats("b", List.of(1L, 24L), bias));
    graph.node("Gemm", "y", List.of("x", "w", "b"), attribute("transB", 1));
    return new Case(
        "gemm with bias [1, N]", OperatorKind.GEMM, graph.outputs("y"), bias, gemmOracle(true));
  }

  private static Case matmul(String name, long... shape) {
    TestGraphs graph = TestGraphs.opset(13);
    graph.input("x", shape);
    int inputs = (int) shape[shape.length - 1];
    graph.weight("w", 0.2, inputs, 24);
    graph.node("MatMul", "y", List.of("x", "w"));
    Oracle oracle =
        (x, any, weight, layer, bias) -> NaiveLayers.matmul(x, weight, inputs, 24, bias);
    return new Case(name, OperatorKind.MATMUL, graph.outputs("y"), new float[0], oracle);
  }

  /** The weight's leading axis is the input's last but two. */
  private static Case batched(String name, int matrices, long... shape) {
    TestGraphs graph = TestGraphs.opset(13);
    graph.input("x", shape);
    graph.weight("w", 0.2, matrices, 40, 24);
    graph.node("MatMul", "y", List.of("x", "w"));
    int rows = (int) shape[shape.length - 2];
    Oracle oracle =
        (x, any, weight, layer, bias) -> {
          int blocks = x.length / (rows * 40);
          double[] y = new double[blocks * rows * 24];
          for (int block = 0; block < blocks; block++) {
            int matrix = block % matrices * 40 * 24;
            float[] part = Arrays.copyOfRange(x, block * rows * 40, (block + 1) * rows * 40);
            float[] factor = Arrays.copyOfRange(weight, matrix, matrix + 40 * 24);
            double[] product = NaiveLayers.matmul(part, factor, 40, 24, bias);
            System.arraycopy(product, 0, y, block * rows * 24, product.length);
          }
          return y;
        };
    return new Case(name, OperatorKind.MATMUL, graph.outputs("y"), new float[0], oracle);
  }

  private static int offered(Layer layer) {
    if (layer.kind() != OperatorKind.MATMUL) {
      return 5;
    }
    if (layer.weightShape().size() > 2) {
      return 5;
    }
    // Blocks of 64 and of 128 at three widths, where the matrix has as many rows.
    long inputs = layer.weightShape().get(0);
    return 11 + (inputs >= 64 ? 3 : 0) + (inputs >= 128 ? 3 : 0);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void everySchemeRunsItsKernelAndComputesWhatItsStoredWeightsSay(Case golden) {
    TestNetworks test = TestNetworks.calibrated(golden.graph().write(folder));
    assertThat(test.network().layers()).hasSize(1);
    Layer layer = test.network().layers().get(0);
    assertThat(layer.kind()).isEqualTo(golden.kind());
    List<Scheme> schemes = test.lowering().schemes(layer);
    assertThat(schemes).hasSize(offered(layer));
    for (Scheme scheme : schemes) {
      LoweredPlan plan = test.lowering().lower(new Plan(List.of(scheme)));
      ExecutedKernels executed = test.executed(plan);

      assertThat(executed.unplanned()).as(scheme.id()).isEmpty();
      assertThat(executed.kernels().get(0)).as(scheme.id()).isIn(kernels(golden.kind(), scheme));
      assertNumbers(golden, test, layer, scheme, plan);
    }
  }

  private static Set<String> kernels(OperatorKind kind, Scheme scheme) {
    return switch (scheme.arithmetic()) {
      case FLOAT -> Set.of("Conv", "FusedConv", "Gemm", "FusedGemm", "MatMul");
      case INTEGER_DYNAMIC -> Set.of("DynamicQuantizeMatMul", "MatMulIntegerToFloat");
      case BLOCKWISE -> Set.of("MatMulNBits(block " + scheme.blockSize() + ", accuracy 4)");
      case INTEGER_STATIC ->
          switch (kind) {
            case CONV, DEPTHWISE_CONV, GROUPED_CONV -> Set.of("QLinearConv");
            case GEMM -> Set.of("QGemm");
            case MATMUL -> Set.of("QLinearMatMul", "MatMulIntegerToFloat");
            case CONV_TRANSPOSE, GATHER -> Set.of();
          };
    };
  }

  /** The grids round each input by half a step, each weight not at all, each output by half. */
  private static void assertNumbers(
      Case golden, TestNetworks test, Layer layer, Scheme scheme, LoweredPlan plan) {
    Tensor.Floats x = (Tensor.Floats) test.inputs().get("x");
    float[] weight = StoredValues.of(test, layer, scheme);
    double[] expected =
        golden.oracle().compute(x.values(), x.shape(), weight, layer, golden.bias());
    float[] found = ((Tensor.Floats) test.run(plan).get(0)).values();
    float[] original = ((Tensor.Floats) test.runFloat().get(0)).values();

    double tolerance = 1e-4;
    double low = Double.NEGATIVE_INFINITY;
    double high = Double.POSITIVE_INFINITY;
    if (scheme.arithmetic() != Arithmetic.FLOAT) {
      double largest = Math.max(NaiveLayers.most(x.values()), -NaiveLayers.least(x.values()));
      // Blocks have symmetric grids, whose step may be wider.
      double step = Math.max(2 * largest / 255, largest / 127);
      tolerance += 0.51 * step * largestSumOfMagnitudes(golden, x, weight, layer);
    }
    if (scheme.arithmetic() == Arithmetic.INTEGER_STATIC
        && golden.kind().onnxName().equals("Conv")) {
      low = Math.min(0, NaiveLayers.least(original));
      high = Math.max(0, NaiveLayers.most(original));
      // A zero point in between moves the ends by up to half a step.
      tolerance += 1.02 * (high - low) / 255;
    }
    assertThat(found).hasSameSizeAs(expected);
    double squares = 0;
    for (int i = 0; i < found.length; i++) {
      double clamped = Math.max(low, Math.min(high, expected[i]));
      assertThat((double) found[i])
          .as("%s, element %d", scheme.id(), i)
          .isCloseTo(clamped, within(tolerance));
      squares += (found[i] - clamped) * (found[i] - clamped);
    }
    // The bound above is for the worst case; rounding errors of either sign mostly cancel.
    assertThat(Math.sqrt(squares / found.length)).as(scheme.id()).isLessThan(0.3 * tolerance);
  }

  /** The largest sum of weight magnitudes behind one output: the oracle on ones. */
  private static double largestSumOfMagnitudes(
      Case golden, Tensor.Floats x, float[] weight, Layer layer) {
    float[] ones = new float[x.values().length];
    Arrays.fill(ones, 1);
    float[] magnitudes = new float[weight.length];
    for (int i = 0; i < weight.length; i++) {
      magnitudes[i] = Math.abs(weight[i]);
    }
    double[] sums = golden.oracle().compute(ones, x.shape(), magnitudes, layer, new float[0]);
    return Arrays.stream(sums).max().orElseThrow();
  }
}
