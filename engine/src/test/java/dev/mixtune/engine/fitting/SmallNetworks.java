package dev.mixtune.engine.fitting;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.mixtune.engine.TestKit;
import dev.mixtune.engine.graph.Constants;
import dev.mixtune.engine.graph.Network;
import dev.mixtune.engine.graph.NetworkReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Builds little networks with random weights. */
final class SmallNetworks {
  private final GraphProto.Builder graph = GraphProto.newBuilder().setName("small");
  private final Random random;
  private String last = "x";
  private int next;

  /** A network whose input {@code x} has this shape; the batch is free, and so is an axis of -1. */
  SmallNetworks(long seed, long... shape) {
    random = new Random(seed);
    graph.addInput(port("x", shape));
  }

  /** A convolution with a bias. */
  SmallNetworks conv(long[] weightShape, AttributeProto... attributes) {
    String weight = constant(weightShape);
    String bias = constant(weightShape[0]);
    return node("Conv", List.of(last, weight, bias), attributes);
  }

  /** A Gemm with a bias, its weight stored as {@code [in, out]}. */
  SmallNetworks gemm(long in, long out) {
    return node("Gemm", List.of(last, constant(in, out), constant(out)));
  }

  /** A matrix product. */
  SmallNetworks matMul(long in, long out) {
    return node("MatMul", List.of(last, constant(in, out)));
  }

  /** Adds a constant of this shape. */
  SmallNetworks add(long... shape) {
    return node("Add", List.of(constant(shape), last));
  }

  /** Makes the value so far an output of the network. */
  SmallNetworks exposed() {
    graph.addOutput(output(last));
    return this;
  }

  /** A node of one input. */
  SmallNetworks then(String op) {
    return node(op, List.of(last));
  }

  private SmallNetworks node(String op, List<String> inputs, AttributeProto... attributes) {
    String output = "v" + next++;
    graph.addNode(
        NodeProto.newBuilder()
            .setName(op + next)
            .setOpType(op)
            .addAllInput(inputs)
            .addOutput(output)
            .addAllAttribute(List.of(attributes)));
    last = output;
    return this;
  }

  private String constant(long... shape) {
    List<Long> axes = java.util.Arrays.stream(shape).boxed().toList();
    float[] values = new float[Math.toIntExact(Constants.elements(axes))];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (0.3 * random.nextGaussian());
    }
    String name = "c" + next++;
    graph.addInitializer(Constants.ofFloats(name, axes, values));
    return name;
  }

  /** Imports the network; its output is the last node's. */
  Network read() throws IOException {
    return read(Map.of());
  }

  /** Imports the network with a length for the open axis. */
  Network read(Map<String, Long> axes) throws IOException {
    graph.addOutput(output(last));
    ModelProto model =
        ModelProto.newBuilder()
            .setIrVersion(7)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(13))
            .setGraph(graph)
            .build();
    Path file = Files.createTempFile("small", ".onnx");
    try {
      Files.write(file, model.toByteArray());
      return new NetworkReader(TestKit.runtime()).read(file, axes);
    } finally {
      Files.delete(file);
    }
  }

  private static ValueInfoProto output(String name) {
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(TypeProto.Tensor.newBuilder().setElemType(Constants.FLOAT)))
        .build();
  }

  /** An attribute of several integers. */
  static AttributeProto ints(String name, Long... values) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INTS)
        .addAllInts(List.of(values))
        .build();
  }

  /** An attribute of one integer. */
  static AttributeProto one(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  /** A text attribute. */
  static AttributeProto text(String name, String value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.STRING)
        .setS(com.google.protobuf.ByteString.copyFromUtf8(value))
        .build();
  }

  private static ValueInfoProto port(String name, long... shape) {
    TensorShapeProto.Builder axes = TensorShapeProto.newBuilder();
    axes.addDim(TensorShapeProto.Dimension.newBuilder().setDimParam("N"));
    for (long axis : shape) {
      axes.addDim(
          axis < 0
              ? TensorShapeProto.Dimension.newBuilder().setDimParam("open")
              : TensorShapeProto.Dimension.newBuilder().setDimValue(axis));
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder().setElemType(Constants.FLOAT).setShape(axes)))
        .build();
  }
}
