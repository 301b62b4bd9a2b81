package dev.mixtune.engine;

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
import dev.mixtune.engine.graph.Constants;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Builds tiny ONNX models. Weights are normal, from one seeded generator. */
public final class TestGraphs {
  public static final int FLOAT = 1;
  public static final int INT64 = 7;
  public static final int BOOL = 9;

  private final GraphProto.Builder graph = GraphProto.newBuilder().setName("test");
  private final Random random;
  private final long opset;
  private long irVersion = 7;
  private int next;

  public TestGraphs(long opset, long seed) {
    this.opset = opset;
    this.random = new Random(seed);
  }

  public static TestGraphs opset(long opset) {
    return new TestGraphs(opset, 11);
  }

  public TestGraphs irVersion(long version) {
    irVersion = version;
    return this;
  }

  /** A float input; -1 is the named axis N. */
  public String input(String name, long... shape) {
    graph.addInput(value(name, FLOAT, shape));
    return name;
  }

  public String typedInput(String name, int type, long... shape) {
    graph.addInput(value(name, type, shape));
    return name;
  }

  /** Float outputs; axes are left to inference. */
  public TestGraphs outputs(String... names) {
    for (String name : names) {
      graph.addOutput(
          ValueInfoProto.newBuilder()
              .setName(name)
              .setType(
                  TypeProto.newBuilder()
                      .setTensorType(TypeProto.Tensor.newBuilder().setElemType(FLOAT))));
    }
    return this;
  }

  public String constant(TensorProto tensor) {
    graph.addInitializer(tensor);
    return tensor.getName();
  }

  /** A normal weight whose standard deviation keeps activations near one. */
  public String weight(String name, double deviation, long... shape) {
    return constant(Constants.ofFloats(name, boxed(shape), normal(deviation, shape)));
  }

  public String floats(String name, float... values) {
    return constant(Constants.ofFloats(name, List.of((long) values.length), values));
  }

  public String longs(String name, long... values) {
    return constant(Constants.ofLongs(name, List.of((long) values.length), values));
  }

  public String scalar(String name, float value) {
    return constant(Constants.ofFloats(name, List.of(), value));
  }

  /** Adds a node named like its output. */
  public String node(String op, String output, List<String> inputs, AttributeProto... attributes) {
    return node(output, op, output, inputs, attributes);
  }

  public String node(
      String name, String op, String output, List<String> inputs, AttributeProto... attributes) {
    graph.addNode(
        NodeProto.newBuilder()
            .setName(name)
            .setOpType(op)
            .addAllInput(inputs)
            .addOutput(output)
            .addAllAttribute(Arrays.asList(attributes)));
    return output;
  }

  public TestGraphs add(NodeProto node) {
    graph.addNode(node);
    return this;
  }

  /** A 3x3 convolution with bias that keeps height and width. */
  public String conv(String output, String input, long out, long in, AttributeProto... more) {
    String weight = weight(output + ".w", Math.sqrt(2.0 / (9 * in)), out, in, 3, 3);
    String bias = weight(output + ".b", 0.3, out);
    List<AttributeProto> attributes = new ArrayList<>(Arrays.asList(more));
    attributes.add(ints("pads", 1, 1, 1, 1));
    return node(
        "Conv", output, List.of(input, weight, bias), attributes.toArray(AttributeProto[]::new));
  }

  public String relu(String output, String input) {
    return node("Relu", output, List.of(input));
  }

  public GraphProto.Builder graph() {
    return graph;
  }

  public ModelProto model() {
    return ModelProto.newBuilder()
        .setIrVersion(irVersion)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(opset))
        .setGraph(graph)
        .build();
  }

  public Path write(Path folder) {
    return write(folder, "model" + next++ + ".onnx");
  }

  public Path write(Path folder, String name) {
    try {
      return Files.write(folder.resolve(name), model().toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public float[] normal(double deviation, long... shape) {
    float[] values = new float[Math.toIntExact(Tensor.elements(shape))];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (deviation * random.nextGaussian());
    }
    return values;
  }

  public static ValueInfoProto value(String name, int type, long... shape) {
    TensorShapeProto.Builder axes = TensorShapeProto.newBuilder();
    for (long axis : shape) {
      TensorShapeProto.Dimension.Builder dimension = axes.addDimBuilder();
      if (axis < 0) {
        dimension.setDimParam("N");
      } else {
        dimension.setDimValue(axis);
      }
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(TypeProto.Tensor.newBuilder().setElemType(type).setShape(axes)))
        .build();
  }

  public static AttributeProto attribute(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  public static AttributeProto attribute(String name, float value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.FLOAT)
        .setF(value)
        .build();
  }

  public static AttributeProto text(String name, String value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.STRING)
        .setS(ByteString.copyFromUtf8(value))
        .build();
  }

  public static AttributeProto ints(String name, long... values) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INTS)
        .addAllInts(boxed(values))
        .build();
  }

  public static AttributeProto body(String name, GraphProto value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.GRAPH)
        .setG(value)
        .build();
  }

  private static List<Long> boxed(long... values) {
    return values.length == 0 ? Collections.emptyList() : Arrays.stream(values).boxed().toList();
  }
}
