package dev.mixtune.training.program;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.graph.Constants;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A model of one node: float inputs with random values, and constants. */
final class OneNode {
  private final String label;
  private final NodeProto.Builder node;
  private final Map<String, Tensor> inputs = new LinkedHashMap<>();
  private final List<TensorProto> constants = new ArrayList<>();
  private final Random random = new Random(7);
  private long opset = 17;
  private double spread = 1;
  private double centre;

  private OneNode(String label, String type) {
    this.label = label;
    this.node = NodeProto.newBuilder().setOpType(type).setName("node").addOutput("y");
  }

  static OneNode of(String type) {
    return new OneNode(type, type);
  }

  static OneNode of(String type, String variant) {
    return new OneNode(type + ", " + variant, type);
  }

  OneNode opset(long version) {
    opset = version;
    return this;
  }

  /** Values of the inputs that follow lie around {@code middle}. */
  OneNode around(double middle, double width) {
    centre = middle;
    spread = width;
    return this;
  }

  OneNode input(long... shape) {
    float[] values = new float[(int) Tensor.elements(shape)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (centre + spread * random.nextGaussian());
    }
    String name = "x" + inputs.size();
    inputs.put(name, new Tensor.Floats(values, shape));
    node.addInput(name);
    return this;
  }

  OneNode positive(long... shape) {
    float[] values = new float[(int) Tensor.elements(shape)];
    for (int i = 0; i < values.length; i++) {
      values[i] = 0.5f + random.nextFloat();
    }
    String name = "x" + inputs.size();
    inputs.put(name, new Tensor.Floats(values, shape));
    node.addInput(name);
    return this;
  }

  OneNode none() {
    node.addInput("");
    return this;
  }

  OneNode longs(long... values) {
    return constant(
        Constants.ofLongs("c" + constants.size(), List.of((long) values.length), values));
  }

  OneNode longs(List<Long> shape, long... values) {
    return constant(Constants.ofLongs("c" + constants.size(), shape, values));
  }

  OneNode number(float value) {
    return constant(Constants.ofFloats("c" + constants.size(), List.of(), value));
  }

  OneNode bytes(int type, int value) {
    byte[] bytes = {(byte) value};
    return constant(Constants.ofBytes("c" + constants.size(), type, List.of(), bytes));
  }

  private OneNode constant(TensorProto tensor) {
    constants.add(tensor);
    node.addInput(tensor.getName());
    return this;
  }

  OneNode with(String name, long... values) {
    AttributeProto.Builder attribute = AttributeProto.newBuilder().setName(name);
    if (List.of(
            "pads",
            "strides",
            "dilations",
            "kernel_shape",
            "axes",
            "perm",
            "starts",
            "ends",
            "output_padding",
            "output_shape")
        .contains(name)) {
      Arrays.stream(values).forEach(attribute::addInts);
      attribute.setType(AttributeProto.AttributeType.INTS);
    } else {
      attribute.setType(AttributeProto.AttributeType.INT).setI(values[0]);
    }
    node.addAttribute(attribute);
    return this;
  }

  OneNode real(String name, float value) {
    node.addAttribute(
        AttributeProto.newBuilder()
            .setName(name)
            .setType(AttributeProto.AttributeType.FLOAT)
            .setF(value));
    return this;
  }

  OneNode text(String name, String value) {
    node.addAttribute(
        AttributeProto.newBuilder()
            .setName(name)
            .setType(AttributeProto.AttributeType.STRING)
            .setS(ByteString.copyFromUtf8(value)));
    return this;
  }

  String type() {
    return node.getOpType();
  }

  Map<String, Tensor> inputs() {
    return inputs;
  }

  byte[] model() {
    GraphProto.Builder graph =
        GraphProto.newBuilder().setName("one").addNode(node).addAllInitializer(constants);
    inputs.forEach(
        (name, tensor) -> {
          TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
          Arrays.stream(tensor.shape()).forEach(axis -> shape.addDimBuilder().setDimValue(axis));
          graph.addInput(
              ValueInfoProto.newBuilder()
                  .setName(name)
                  .setType(
                      TypeProto.newBuilder()
                          .setTensorType(
                              TypeProto.Tensor.newBuilder()
                                  .setElemType(Constants.FLOAT)
                                  .setShape(shape))));
        });
    graph.addOutput(ValueInfoProto.newBuilder().setName("y"));
    return ModelProto.newBuilder()
        .setIrVersion(8)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(opset))
        .setGraph(graph)
        .build()
        .toByteArray();
  }

  @Override
  public String toString() {
    return label;
  }
}
