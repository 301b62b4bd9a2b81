package dev.mixtune.engine.lowering;

import static dev.mixtune.engine.TestGraphs.attribute;
import static dev.mixtune.engine.TestGraphs.ints;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.ModelProto;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.NaiveLayers;
import dev.mixtune.engine.OperatorKind;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.TestGraphs;
import dev.mixtune.engine.TestKit;
import dev.mixtune.engine.TestNetworks;
import dev.mixtune.engine.calibration.Calibration;
import dev.mixtune.engine.calibration.Calibrator;
import dev.mixtune.engine.calibration.RangeMethods;
import dev.mixtune.engine.graph.Constants;
import dev.mixtune.engine.graph.Network;
import dev.mixtune.engine.graph.NetworkReader;
import dev.mixtune.engine.rounding.RoundedWeights;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Layers without an integer kernel: nested loops over the stored weights show the numbers. */
class StoredOnlyKindsTest {
  private static final List<Scheme> OFFERED =
      List.of(Scheme.F32, Scheme.F16, Scheme.W8, Scheme.W4, Scheme.W2);

  @TempDir private Path folder;

  private static void assertNear(float[] found, double[] expected, Scheme scheme) {
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < found.length; i++) {
      assertThat((double) found[i])
          .as("%s, element %d", scheme.id(), i)
          .isCloseTo(expected[i], within(2e-5 * (1 + Math.abs(expected[i]))));
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 3, 1, 0", "2, 2, 1, 0", "2, 3, 2, 1", "3, 4, 1, 1", "1, 3, 4, 2"})
  void transposedConvolutions(int stride, int kernel, int groups, int pad) {
    TestGraphs graph = TestGraphs.opset(13);
    graph.input("x", -1, 4, 5, 6);
    float[] bias = graph.normal(0.3, 2L * groups);
    graph.weight("w", 0.4, 4, 2, kernel, kernel);
    graph.floats("b", bias);
    graph.node(
        "ConvTranspose",
        "y",
        List.of("x", "w", "b"),
        ints("strides", stride, stride),
        ints("pads", pad, pad, pad, pad),
        attribute("group", groups));
    TestNetworks test = TestNetworks.calibrated(graph.outputs("y").write(folder), 2);
    Layer layer = test.network().layers().get(0);

    assertThat(layer.kind()).isEqualTo(OperatorKind.CONV_TRANSPOSE);
    assertThat(layer.macs()).isEqualTo(4L * 5 * 6 * 2 * kernel * kernel);
    assertThat(test.lowering().schemes(layer)).isEqualTo(OFFERED);
    Tensor.Floats x = (Tensor.Floats) test.inputs().get("x");
    for (Scheme scheme : OFFERED) {
      LoweredPlan plan = test.lowering().lower(new Plan(List.of(scheme)));
      float[] weight = StoredValues.of(test, layer, scheme);
      double[] expected =
          NaiveLayers.convTranspose(
              x.values(), x.shape(), weight, new int[] {4, 2, kernel}, bias, stride, pad, groups);
      assertNear(((Tensor.Floats) test.run(plan).get(0)).values(), expected, scheme);
      // What unpacks the weights is gone once the session is open.
      assertThat(test.executedOps(plan)).as(scheme.id()).containsExactly("ConvTranspose");
    }
  }

  private static TestNetworks embedding(Path file, Map<String, Tensor> inputs) {
    Network network = new NetworkReader(TestKit.runtime()).read(file, Map.of());
    Calibration calibration =
        new Calibrator(TestKit.runtime(), 1)
            .run(network, List.of(inputs), RangeMethods.named("min-max"));
    return TestNetworks.of(TestKit.runtime(), network, calibration, inputs);
  }

  private static Map<String, Tensor> ids(long... values) {
    return Map.of("ids", new Tensor.Longs(values, new long[] {2, values.length / 2}));
  }

  @ParameterizedTest
  @ValueSource(ints = {16, 17, 18, 19})
  void embeddings(int width) throws Exception {
    for (int opset : new int[] {11, 13, 21}) {
      TestGraphs graph = TestGraphs.opset(opset);
      graph.typedInput("ids", TestGraphs.INT64, -1, 4);
      graph.weight("w", 0.4, 100, width);
      graph.node("Gather", "y", List.of("w", "ids"));
      TestNetworks test =
          embedding(graph.outputs("y").write(folder), ids(0, 99, 7, 7, -1, 50, 49, -100));
      Layer layer = test.network().layers().get(0);
      int[] rows = {0, 99, 7, 7, 99, 50, 49, 0};

      assertThat(layer.kind()).isEqualTo(OperatorKind.GATHER);
      assertThat(layer.parameters()).isEqualTo(100L * width);
      assertThat(test.lowering().schemes(layer)).isEqualTo(OFFERED);
      for (Scheme scheme : OFFERED) {
        LoweredPlan plan = test.lowering().lower(new Plan(List.of(scheme)));
        float[] weight = StoredValues.of(test, layer, scheme);
        double[] expected = new double[rows.length * width];
        for (int i = 0; i < expected.length; i++) {
          expected[i] = weight[rows[i / width] * width + i % width];
        }
        assertNear(((Tensor.Floats) test.run(plan).get(0)).values(), expected, scheme);
        assertThat(test.executed(plan).kernels()).containsExactly("Gather");
        assertThat(bytesOfConstants(plan))
            .as(scheme.id())
            .isLessThan(bytesPerRow(scheme, width) * 100 + 200);
      }
    }
  }

  private static long bytesPerRow(Scheme scheme, int width) {
    int scale = scheme.isStoredOnly() ? Float.BYTES : 0;
    return (long) Math.ceil(width * scheme.weightBits() / 8.0) + scale;
  }

  private static long bytesOfConstants(LoweredPlan plan) throws Exception {
    return ModelProto.parseFrom(plan.model()).getGraph().getInitializerList().stream()
        .mapToLong(tensor -> tensor.getRawData().size())
        .sum();
  }

  private static long nodes(LoweredPlan plan, String op) throws Exception {
    return ModelProto.parseFrom(plan.model()).getGraph().getNodeList().stream()
        .filter(node -> node.getOpType().equals(op))
        .count();
  }

  /** The rows are picked before they become float, so a session holds no float table. */
  @Test
  void anEmbeddingIsUnpackedRowByRow() {
    TestGraphs graph = TestGraphs.opset(13);
    graph.typedInput("ids", TestGraphs.INT64, -1, 4);
    graph.weight("w", 0.4, 100, 16);
    graph.node("Gather", "y", List.of("w", "ids"));
    TestNetworks test = embedding(graph.outputs("y").write(folder), ids(1, 2, 3, 4, 5, 6, 7, 8));
    LoweredPlan plan = test.lowering().lower(new Plan(List.of(Scheme.W4)));

    assertThat(test.executedOps(plan))
        .containsOnlyOnce("Concat", "Mul", "Cast")
        .doesNotContain("Reshape", "Div", "Mod");
  }

  @Test
  void smallTablesAndOtherGathersAreNoLayers() {
    TestGraphs graph = TestGraphs.opset(13);
    graph.typedInput("ids", TestGraphs.INT64, -1, 4);
    graph.weight("small", 0.4, 2, 16);
    graph.weight("columns", 0.4, 16, 100);
    graph.weight("w", 0.4, 16, 3);
    graph.node("Gather", "a", List.of("small", "ids"));
    graph.node("Gather", "b", List.of("columns", "ids"), attribute("axis", 1));
    graph.node("MatMul", "y", List.of("a", "w"));
    Network network =
        new NetworkReader(TestKit.runtime()).read(graph.outputs("y", "b").write(folder), Map.of());

    assertThat(network.layers()).extracting(Layer::name).containsExactly("y");
  }

  /** An output layer that shares the embedding's matrix takes what the embedding can take. */
  @Test
  void aTiedEmbeddingAndOutputLayerShareTheirCodes() throws Exception {
    TestGraphs graph = TestGraphs.opset(13);
    graph.typedInput("ids", TestGraphs.INT64, -1);
    graph.weight("w", 0.4, 100, 16);
    graph.node("Gather", "e", List.of("w", "ids"));
    graph.node("Gemm", "y", List.of("e", "w"), attribute("transB", 1));
    Map<String, Tensor> inputs =
        Map.of("ids", new Tensor.Longs(new long[] {3, 4, 5}, new long[] {3}));
    TestNetworks test = embedding(graph.outputs("y").write(folder), inputs);
    List<Layer> layers = test.network().layers();

    assertThat(test.network().groups()).hasSize(1);
    assertThat(test.lowering().schemes(layers.get(1))).containsAll(OFFERED);
    LoweredPlan plan = test.lowering().lower(Plan.uniform(2, Scheme.W8));
    assertThat(bytesOfConstants(plan)).isLessThan(100 * 16 + 2 * 100 * Float.BYTES + 50);
    float[] weight = StoredValues.of(test, layers.get(0), Scheme.W8);
    float[] rows = new float[3 * 16];
    System.arraycopy(weight, 3 * 16, rows, 0, rows.length);
    double[] expected =
        NaiveLayers.matmul(rows, NaiveLayers.transposed(weight, 100, 16), 16, 100, new float[0]);
    assertNear(((Tensor.Floats) test.run(plan).get(0)).values(), expected, Scheme.W8);
  }

  /** Codes that were fitted for the output layer come with their bias, however they are read. */
  @Test
  void aTiedOutputLayerAddsTheBiasThatWasFittedToItsCodes() {
    for (boolean gemm : new boolean[] {true, false}) {
      TestGraphs graph = TestGraphs.opset(13);
      graph.typedInput("ids", TestGraphs.INT64, -1);
      graph.weight("w", 0.4, 40, 40);
      graph.weight("b", 0.4, 40);
      graph.node("Gather", "e", List.of("w", "ids"));
      if (gemm) {
        graph.node("Gemm", "y", List.of("e", "w", "b"), attribute("transB", 1));
      } else {
        graph.node("MatMul", "p", List.of("e", "w"));
        graph.node("Add", "y", List.of("p", "b"));
      }
      Map<String, Tensor> inputs =
          Map.of("ids", new Tensor.Longs(new long[] {3, 4, 5}, new long[] {3}));
      TestNetworks test = embedding(graph.outputs("y").write(folder), inputs);
      Layer output = test.network().layers().get(1);
      float[] own = Constants.floats(test.network().graph().constant("b").orElseThrow());
      float[] fitted = new float[40];
      for (int i = 0; i < fitted.length; i++) {
        fitted[i] = i - 5;
      }
      RoundedWeights plain = test.library().perChannel(output, 8);
      PlanLowering lowering =
          new PlanLowering(
              test.network(), test.calibration(), test.library().with(output, plain, fitted));
      Plan plan = Plan.uniform(2, Scheme.W8);
      float[] before = ((Tensor.Floats) test.run(test.lowering().lower(plan)).get(0)).values();
      float[] after = ((Tensor.Floats) test.run(lowering.lower(plan)).get(0)).values();

      for (int i = 0; i < before.length; i++) {
        assertThat(after[i] - before[i]).isCloseTo(fitted[i % 40] - own[i % 40], within(1e-4f));
      }
    }
  }

  /** A codebook that was fitted for the output layer holds for the embedding too. */
  @Test
  void aSharedCodebookIsReadByBoth() throws Exception {
    TestGraphs graph = TestGraphs.opset(13);
    graph.typedInput("ids", TestGraphs.INT64, -1);
    graph.weight("w", 0.4, 100, 16);
    graph.node("Gather", "e", List.of("w", "ids"));
    graph.node("Gemm", "y", List.of("e", "w"), attribute("transB", 1));
    Map<String, Tensor> inputs =
        Map.of("ids", new Tensor.Longs(new long[] {3, 4, 5}, new long[] {3}));
    TestNetworks test = embedding(graph.outputs("y").write(folder), inputs);
    Layer gemm = test.network().layers().get(1);
    byte[] codes = new byte[1600];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = new byte[] {-90, -7, 11, 100}[i * 7 % 13 % 4];
    }
    RoundedWeights plain = test.library().perChannel(gemm, 2);
    RoundedWeights book = new RoundedWeights(2, codes, plain.scales(), plain.layout(), "codebook");
    PlanLowering lowering =
        new PlanLowering(test.network(), test.calibration(), test.library().with(gemm, book, null));
    LoweredPlan lowered = lowering.lower(Plan.uniform(2, Scheme.W2));
    float[] found = ((Tensor.Floats) test.run(lowered).get(0)).values();
    assertThat(nodes(lowered, "GatherElements")).isEqualTo(1);
    assertThat(nodes(lowered, "Mul")).isEqualTo(1);

    float[] weight = new float[1600];
    for (int i = 0; i < weight.length; i++) {
      weight[i] = codes[i] * plain.scales()[i / 16];
    }
    float[] rows = new float[3 * 16];
    System.arraycopy(weight, 3 * 16, rows, 0, rows.length);
    double[] expected =
        NaiveLayers.matmul(rows, NaiveLayers.transposed(weight, 100, 16), 16, 100, new float[0]);
    double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) found[i]).isCloseTo(expected[i], within(1e-5 * largest));
    }
  }
}
