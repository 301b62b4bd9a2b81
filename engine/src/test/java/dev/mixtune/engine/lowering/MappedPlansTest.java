package dev.mixtune.engine.lowering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.TestGraphs;
import dev.mixtune.engine.TestKit;
import dev.mixtune.engine.graph.Constants;
import dev.mixtune.engine.graph.MappedModel;
import dev.mixtune.engine.graph.Network;
import dev.mixtune.engine.graph.NetworkReader;
import dev.mixtune.engine.rounding.HalfPrecision;
import dev.mixtune.engine.rounding.RoundingLibrary;
import dev.mixtune.engine.rounding.RoundingMethod;
import dev.mixtune.engine.rounding.RoundingMethods;
import dev.mixtune.engine.runtime.OrtRuntime;
import dev.mixtune.engine.runtime.Session;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is run from where it lies answers as the same model with its weights inside does. */
class MappedPlansTest {
  private static final OrtRuntime RUNTIME = TestKit.runtime();
  private static final RoundingMethod METHOD = RoundingMethods.named("mse");
  private static ExecutorService workers;

  @TempDir private Path folder;

  /** Where the constants lie. */
  enum Storage {
    INSIDE,
    CONSTANT_NODES,
    OUTSIDE,
    UNALIGNED,
    HALF
  }

  @BeforeAll
  static void start() {
    workers = Executors.newFixedThreadPool(2);
  }

  @AfterAll
  static void stop() {
    workers.shutdownNow();
  }

  /**
   * Every constant but the last has more than a megabyte, in half precision too; the embedding's
   * table is also read by the output layer, and by an operator that is no layer; one weight is
   * transposed.
   */
  private static TestGraphs graph() {
    TestGraphs graph = TestGraphs.opset(13);
    graph.typedInput("ids", Constants.INT64, -1, 5);
    graph.input("x", -1, 300);
    graph.weight("table", 0.4, 2000, 300);
    graph.weight("wide", 0.06, 300, 1800);
    graph.weight("turned", 0.03, 300, 1800);
    graph.weight("small", 0.06, 300, 300);
    graph.node("Gather", "rows", List.of("table", "ids"));
    graph.node(
        "ReduceMean",
        "mean",
        List.of("rows"),
        TestGraphs.ints("axes", 1),
        TestGraphs.attribute("keepdims", 0L));
    graph.node("Add", "both", List.of("mean", "x"));
    graph.node("MatMul", "a", List.of("both", "wide"));
    graph.node("Relu", "b", List.of("a"));
    graph.node("Transpose", "narrow", List.of("turned"), TestGraphs.ints("perm", 1, 0));
    graph.node("MatMul", "c", List.of("b", "narrow"));
    graph.node("MatMul", "d", List.of("c", "small"));
    graph.node("Gemm", "e", List.of("d", "table"), TestGraphs.attribute("transB", 1L));
    graph.node(
        "ReduceMax",
        "most",
        List.of("table"),
        TestGraphs.ints("axes", 0, 1),
        TestGraphs.attribute("keepdims", 0L));
    graph.node("Mul", "y", List.of("e", "most"));
    return graph.outputs("y");
  }

  private Path write(Storage storage) throws IOException {
    ModelProto model = graph().model();
    GraphProto.Builder graph = model.getGraph().toBuilder().clearInitializer().clearNode();
    ByteArrayOutputStream outside = new ByteArrayOutputStream();
    outside.writeBytes(new byte[storage == Storage.UNALIGNED ? 4097 : 4096]);
    for (TensorProto constant : model.getGraph().getInitializerList()) {
      switch (storage) {
        case INSIDE -> graph.addInitializer(constant);
        case CONSTANT_NODES ->
            graph.addNode(
                NodeProto.newBuilder()
                    .setOpType("Constant")
                    .addOutput(constant.getName())
                    .addAttribute(
                        AttributeProto.newBuilder()
                            .setName("value")
                            .setType(AttributeProto.AttributeType.TENSOR)
                            .setT(constant)));
        case OUTSIDE, UNALIGNED -> graph.addInitializer(external(constant, outside));
        case HALF ->
            graph.addInitializer(
                external(
                    Constants.ofBytes(
                        constant.getName(),
                        Constants.FLOAT16,
                        constant.getDimsList(),
                        HalfPrecision.bytes(Constants.floats(constant))),
                    outside));
      }
    }
    graph.addAllNode(model.getGraph().getNodeList());
    if (storage == Storage.HALF) {
      elementType(graph.getInputBuilder(1)).setElemType(Constants.FLOAT16);
      elementType(graph.getOutputBuilder(0)).setElemType(Constants.FLOAT16);
    }
    Files.write(folder.resolve("weights.bin"), outside.toByteArray());
    ModelProto stored = model.toBuilder().setGraph(graph).build();
    return Files.write(folder.resolve(storage + ".onnx"), stored.toByteArray());
  }

  private static TypeProto.Tensor.Builder elementType(ValueInfoProto.Builder value) {
    return value.getTypeBuilder().getTensorTypeBuilder();
  }

  private static TensorProto external(TensorProto constant, ByteArrayOutputStream file) {
    TensorProto.Builder outside =
        constant.toBuilder().clearRawData().setDataLocation(TensorProto.DataLocation.EXTERNAL);
    Map.of(
            "location", "weights.bin",
            "offset", "" + file.size(),
            "length", "" + constant.getRawData().size())
        .forEach(
            (key, value) ->
                outside.addExternalData(
                    StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
    file.writeBytes(constant.getRawData().toByteArray());
    return outside.build();
  }

  private static Map<String, Tensor> inputs(int batch) {
    long[] ids = new long[batch * 5];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = 137L * i % 2000;
    }
    float[] x = new TestGraphs(13, 5).normal(1, batch, 300);
    return Map.of(
        "ids",
        new Tensor.Longs(ids, new long[] {batch, 5}),
        "x",
        new Tensor.Floats(x, new long[] {batch, 300}));
  }

  private static float[] answers(Session session, int batch) {
    return ((Tensor.Floats) session.run(inputs(batch)).get(0)).values();
  }

  private static float[] answersOf(byte[] model) {
    try (Session session = RUNTIME.open(model, 1)) {
      return answers(session, 3);
    }
  }

  private static void assertClose(Storage storage, float[] actual, float[] expected) {
    double error = 0;
    double signal = 0;
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      error += Math.pow(actual[i] - expected[i], 2);
      signal += Math.pow(expected[i], 2);
    }
    // Answers in half precision may fall to either side.
    double most = storage == Storage.HALF ? 1e-4 : 1e-6;
    assertThat(Math.sqrt(error / signal)).isLessThan(most);
  }

  @ParameterizedTest
  @EnumSource
  void floatAnswersAreThePlainModels(Storage storage) throws IOException {
    Path file = write(storage);
    MappedModel model = new NetworkReader(RUNTIME).mapped(file, Map.of());
    Network network = new NetworkReader(RUNTIME).read(file, Map.of());
    Plan untouched = Plan.uniform(network.layers().size(), Scheme.F32);

    assertThat(model.facts().layers())
        .extracting(Layer::name)
        .containsExactlyElementsOf(network.layers().stream().map(Layer::name).toList());
    try (Session session = new MappedPlans(model, METHOD, 2, workers).open(untouched)) {
      assertThat(session.inputs()).extracting(Session.Port::name).containsExactly("ids", "x");
      assertClose(storage, answers(session, 3), answersOf(network.graph().model().toByteArray()));
      assertThat(answers(session, 7)).hasSize(7 * 2000);
      if (storage != Storage.HALF) {
        try (Session plain = RUNTIME.open(file, 1)) {
          assertClose(storage, answers(session, 3), answers(plain, 3));
        }
      }
    }
  }

  /** The oracle: a model with the library's rounded weights inside, in plain ONNX Runtime. */
  @ParameterizedTest
  @EnumSource
  void roundedAnswersAreThoseOfAModelWithRoundedWeights(Storage storage) throws IOException {
    Path file = write(storage);
    Network network = new NetworkReader(RUNTIME).read(file, Map.of());
    MappedModel model = new NetworkReader(RUNTIME).mapped(file, Map.of());
    // Where the bytes lie is of no matter to the method: the slow one is tried once.
    RoundingMethod method = storage == Storage.OUTSIDE ? METHOD : RoundingMethods.named("nearest");
    MappedPlans plans = new MappedPlans(model, method, 1, workers);
    RoundingLibrary library = new RoundingLibrary(network, method);
    float[] untouched = answersOf(network.graph().model().toByteArray());

    network
        .groups()
        .forEach(
            (group, members) -> {
              for (Scheme scheme : List.of(Scheme.W8, Scheme.W4, Scheme.W2)) {
                Plan plan = Plan.uniform(network.layers().size(), Scheme.F32);
                for (int member : members) {
                  plan = plan.with(member, scheme);
                }
                byte[] expected = withRoundedWeights(network, library, plan);
                try (Session session = plans.open(plan)) {
                  assertClose(storage, answers(session, 3), answersOf(expected));
                }
                assertThat(answersOf(expected)).isNotEqualTo(untouched);
              }
            });
  }

  private static byte[] withRoundedWeights(Network network, RoundingLibrary library, Plan plan) {
    ModelProto model = network.graph().model();
    GraphProto.Builder graph = model.getGraph().toBuilder();
    for (Layer layer : network.layers()) {
      int bits = plan.scheme(layer.index()).weightBits();
      for (NodeProto.Builder node : graph.getNodeBuilderList()) {
        if (bits <= 8 && node.getName().equals(layer.name())) {
          String name = layer.name() + "/oracle";
          float[] values = library.perChannel(layer, bits).values();
          graph.addInitializer(Constants.ofFloats(name, layer.weightShape(), values));
          node.setInput(layer.kind().weightInput(), name);
        }
      }
    }
    return model.toBuilder().setGraph(graph).build().toByteArray();
  }

  @Test
  void aPlanThatRoundsActivationsIsRefused() throws IOException {
    MappedModel model = new NetworkReader(RUNTIME).mapped(write(Storage.OUTSIDE), Map.of());
    MappedPlans plans = new MappedPlans(model, METHOD, 1, workers);
    Plan plan = Plan.uniform(model.facts().layers().size(), Scheme.W8A8_DYNAMIC);

    assertThatThrownBy(() -> plans.open(plan)).isInstanceOf(IllegalArgumentException.class);
  }
}
