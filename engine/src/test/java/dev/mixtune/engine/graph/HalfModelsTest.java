package dev.mixtune.engine.graph;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.platform.Fp16Conversions;
import dev.mixtune.engine.Answers;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.PlainOrt;
import dev.mixtune.engine.RandomGraphs;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.TestGraphs;
import dev.mixtune.engine.TestNetworks;
import dev.mixtune.engine.lowering.LoweredPlan;
import dev.mixtune.engine.rounding.HalfPrecision;
import dev.mixtune.engine.runtime.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Half-precision models: ONNX Runtime on the same weights is the oracle. */
class HalfModelsTest {
  @TempDir private Path folder;

  /** The same model in half precision, as converters write it. */
  private static ModelProto halved(ModelProto model, boolean ports) {
    ModelProto.Builder half = model.toBuilder();
    for (TensorProto.Builder constant : half.getGraphBuilder().getInitializerBuilderList()) {
      if (constant.getDataType() == Constants.FLOAT && !isGeometry(constant)) {
        byte[] bytes = HalfPrecision.bytes(Constants.floats(constant.build()));
        constant
            .setDataType(Constants.FLOAT16)
            .setRawData(com.google.protobuf.ByteString.copyFrom(bytes));
      }
    }
    if (ports) {
      half.getGraphBuilder().getInputBuilderList().forEach(HalfModelsTest::halve);
      half.getGraphBuilder().getOutputBuilderList().forEach(HalfModelsTest::halve);
      return half.build();
    }
    var graph = half.getGraphBuilder();
    String input = graph.getInput(0).getName();
    for (NodeProto.Builder node : graph.getNodeBuilderList()) {
      for (int i = 0; i < node.getInputCount(); i++) {
        if (node.getInput(i).equals(input)) {
          node.setInput(i, "half_input");
        }
      }
    }
    List<NodeProto> nodes = List.copyOf(graph.getNodeList());
    graph.clearNode().addNode(cast(input, "half_input", Constants.FLOAT16)).addAllNode(nodes);
    for (ValueInfoProto.Builder output : graph.getOutputBuilderList()) {
      String name = output.getName();
      output.setName(name + "_float");
      graph.addNode(cast(name, name + "_float", Constants.FLOAT));
    }
    return half.build();
  }

  private static NodeProto cast(String from, String to, int type) {
    return NodeProto.newBuilder()
        .setOpType("Cast")
        .addInput(from)
        .addOutput(to)
        .addAttribute(TestGraphs.attribute("to", type))
        .build();
  }

  private static List<Tensor> run(TestNetworks test, Scheme scheme) {
    return test.run(test.lowering().lower(test.uniform(scheme)));
  }

  private static float[] rounded(float[] values) {
    float[] rounded = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      rounded[i] = Fp16Conversions.fp16ToFloat(Fp16Conversions.floatToFp16(values[i]));
    }
    return rounded;
  }

  /** The float network whose weights are rounded to half precision. */
  private static byte[] rounded(int seed) {
    ModelProto.Builder model = RandomGraphs.of(seed).model().toBuilder();
    for (TensorProto.Builder constant : model.getGraphBuilder().getInitializerBuilderList()) {
      if (constant.getDataType() == Constants.FLOAT && !isGeometry(constant)) {
        float[] values = rounded(Constants.floats(constant.build()));
        constant.setRawData(Constants.ofFloats("", constant.getDimsList(), values).getRawData());
      }
    }
    return model.build().toByteArray();
  }

  private static Map<String, Tensor> rounded(Map<String, Tensor> inputs) {
    Map<String, Tensor> rounded = new HashMap<>(inputs);
    rounded.replaceAll(
        (name, tensor) ->
            tensor instanceof Tensor.Floats floats
                ? new Tensor.Floats(rounded(floats.values()), floats.shape())
                : tensor);
    return rounded;
  }

  /** The factors and the region of a Resize are float32 by definition. */
  private static boolean isGeometry(TensorProto.Builder constant) {
    return constant.getName().matches(".*(scales|region)\\d*");
  }

  private static void halve(ValueInfoProto.Builder value) {
    if (value.getType().getTensorType().getElemType() == Constants.FLOAT) {
      value.getTypeBuilder().getTensorTypeBuilder().setElemType(Constants.FLOAT16);
    }
  }

  @Test
  void halfModelsAreQuantizedAndKeepTheirPorts() throws IOException {
    for (int seed = 0; seed < 20; seed++) {
      boolean ports = seed % 2 == 0;
      ModelProto half = halved(RandomGraphs.of(seed).model(), ports);
      Path file = Files.write(folder.resolve(seed + ".onnx"), half.toByteArray());
      TestNetworks test = TestNetworks.calibrated(file);
      LoweredPlan plan = test.lowering().lower(test.uniform(Scheme.W8A8));

      assertThat(test.network().layers()).isNotEmpty();
      // ONNX Runtime rounds every value of the user's file to half precision, which sensitive
      // networks amplify; float32 with the same weights and inputs does not.
      List<Tensor> expected = PlainOrt.run(rounded(seed), rounded(test.inputs()), true);
      double exact = Answers.error(expected, run(test, Scheme.F32));
      assertThat(exact).as("%d", seed).isLessThan(ports ? 1e-3 : 2e-2);
      assertThat(Answers.error(expected, run(test, Scheme.W8A8))).as("%d", seed).isLessThan(0.3);
      var executed = test.executed(plan);
      assertThat(executed.unplanned()).isEmpty();
      for (Layer layer : test.network().layers()) {
        assertThat(executed.isInteger(layer.index()))
            .as(layer.name())
            .isEqualTo(plan.plan().scheme(layer.index()).arithmetic().isInteger());
      }
      try (Session user = test.runtime().open(test.network().originalModel(), 1);
          Session ours = test.runtime().open(plan.model(), 1)) {
        assertThat(ours.inputs()).isEqualTo(user.inputs());
        assertThat(ours.outputs())
            .extracting(Session.Port::type)
            .isEqualTo(user.outputs().stream().map(Session.Port::type).toList());
        assertThat(user.inputs().get(0).type()).isEqualTo(ports ? "FLOAT16" : "FLOAT");
      }
    }
  }

  /** A layer that is left as in the model takes the two bytes per weight that it took there. */
  @Test
  void floatLayersStayAsSmallAsTheyWere() throws IOException {
    TestGraphs graph = TestGraphs.opset(13);
    graph.input("x", 2, 64);
    graph.weight("w", 0.2, 64, 512);
    graph.node("MatMul", "y", List.of("x", "w"));
    ModelProto half = halved(graph.outputs("y").model(), true);
    Path file = Files.write(folder.resolve("half.onnx"), half.toByteArray());
    TestNetworks test = TestNetworks.calibrated(file);
    LoweredPlan plan = test.lowering().lower(test.uniform(Scheme.F32));

    assertThat(plan.storedWeightBits()).isEqualTo(16);
    assertThat(plan.model().length).isLessThan((int) (1.01 * test.network().fileBytes()));
  }

  @Test
  void bodiesAndConstantNodesToo() throws IOException {
    TestGraphs then = TestGraphs.opset(13);
    then.constant(halfTensor("t", 2));
    then.node("Mul", "then_y", List.of("a", "t"));
    TestGraphs otherwise = TestGraphs.opset(13);
    otherwise.node("Neg", "else_y", List.of("a"));
    TestGraphs graph = TestGraphs.opset(13);
    graph.typedInput("x", Constants.FLOAT16, 4, 8);
    graph.constant(halfWeight(graph));
    graph.node("MatMul", "a", List.of("x", "w"));
    graph.node("ReduceSum", "sum", List.of("a"), TestGraphs.attribute("keepdims", 0));
    graph.add(
        NodeProto.newBuilder()
            .setOpType("Constant")
            .addOutput("zero")
            .addAttribute(
                AttributeProto.newBuilder()
                    .setName("value")
                    .setType(AttributeProto.AttributeType.TENSOR)
                    .setT(halfTensor("", 0)))
            .build());
    graph.node("Greater", "positive", List.of("sum", "zero"));
    graph.node(
        "If",
        "y",
        List.of("positive"),
        TestGraphs.body("then_branch", half(then, "then_y")),
        TestGraphs.body("else_branch", half(otherwise, "else_y")));
    ModelProto.Builder model = graph.outputs("y").model().toBuilder();
    halve(model.getGraphBuilder().getOutputBuilder(0));
    Path file = Files.write(folder.resolve("bodies.onnx"), model.build().toByteArray());
    TestNetworks test = TestNetworks.calibrated(file);

    assertThat(test.network().layers()).extracting(Layer::name).containsExactly("a");
    assertThat(Answers.error(test, test.uniform(Scheme.F32))).isLessThan(2e-3);
    assertThat(Answers.error(test, test.uniform(Scheme.W8A8))).isLessThan(0.05);
  }

  private static ai.onnx.proto.OnnxMl.GraphProto half(TestGraphs body, String output) {
    var graph = body.outputs(output).graph();
    halve(graph.getOutputBuilder(0));
    return graph.build();
  }

  private static TensorProto halfTensor(String name, float value) {
    byte[] bytes = HalfPrecision.bytes(new float[] {value});
    return Constants.ofBytes(name, Constants.FLOAT16, List.of(), bytes);
  }

  private static TensorProto halfWeight(TestGraphs graph) {
    byte[] bytes = HalfPrecision.bytes(graph.normal(0.3, 8, 5));
    return Constants.ofBytes("w", Constants.FLOAT16, List.of(8L, 5L), bytes);
  }
}
