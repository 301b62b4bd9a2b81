package dev.mixtune.engine.probe;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.graph.Constants;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Writes small float ONNX models whose kernels are to be counted or timed. Weights are normal, from
 * one seeded generator, with a deviation that keeps activations near 1. Not thread-safe.
 */
public final class ProbeGraph {
  private static final long OPSET = 13;
  private static final long IR_VERSION = 7;

  private final GraphProto.Builder graph = GraphProto.newBuilder().setName("probe");
  private final Random random;
  private int next;

  /** An empty graph; equal seeds give equal weights. */
  public ProbeGraph(long seed) {
    this.random = new Random(seed);
  }

  /** A float input of this shape; returns its name. */
  public String input(long... shape) {
    String name = fresh("x");
    graph.addInput(value(name, Constants.FLOAT, shape));
    return name;
  }

  /**
   * A convolution with bias, padded so that only the stride makes the image smaller.
   *
   * @param x the input, [1, in, h, w]
   * @param in input channels
   * @param out output channels
   * @param kernel height and width of the kernel
   * @param stride both strides
   * @param groups 1, or {@code in} for a depthwise convolution
   */
  public String conv(String x, int in, int out, int kernel, int stride, int groups) {
    int fanIn = in / groups * kernel * kernel;
    String weight = normal(Math.sqrt(2.0 / fanIn), out, in / groups, kernel, kernel);
    int pad = kernel / 2;
    return node(
        "Conv",
        List.of(x, weight, normal(0.1, out)),
        ints("kernel_shape", kernel, kernel),
        ints("strides", stride, stride),
        ints("pads", pad, pad, pad, pad),
        integer("group", groups));
  }

  /** A product with a weight [in, out], without bias. */
  public String matmul(String x, int in, int out) {
    return node("MatMul", List.of(x, normal(Math.sqrt(1.0 / in), in, out)));
  }

  /** A fully connected layer with bias, x [rows, in]. */
  public String gemm(String x, int in, int out) {
    return node("Gemm", List.of(x, normal(Math.sqrt(1.0 / in), in, out), normal(0.1, out)));
  }

  /** An operator without weights or attributes, such as Relu, Add, Sigmoid or Neg. */
  public String plain(String operator, String... inputs) {
    return node(operator, List.of(inputs));
  }

  /** Values limited to 0..6. */
  public String relu6(String x) {
    return node("Clip", List.of(x, scalar(0), scalar(6)));
  }

  /** A maximum over windows, padded like a convolution. */
  public String maxPool(String x, int kernel, int stride) {
    int pad = kernel / 2;
    return node(
        "MaxPool",
        List.of(x),
        ints("kernel_shape", kernel, kernel),
        ints("strides", stride, stride),
        ints("pads", pad, pad, pad, pad));
  }

  /** The inputs side by side along the channels. */
  public String concat(String... inputs) {
    return node("Concat", List.of(inputs), integer("axis", 1));
  }

  /** An image [1, c, 1, 1] as a row [1, c]. */
  public String flatten(String x) {
    return node("Flatten", List.of(x), integer("axis", 1));
  }

  /** Float to UINT8 with one scale. */
  public String quantize(String x) {
    return node("QuantizeLinear", List.of(x, scalar(0.03f), zeroPoint()));
  }

  /** UINT8 to float with one scale. */
  public String dequantize(String x) {
    return node("DequantizeLinear", List.of(x, scalar(0.03f), zeroPoint()));
  }

  /** Makes a value an output. Types and axes are left to inference, except for UINT8. */
  public void output(String name, boolean bytes) {
    int type = bytes ? Constants.UINT8 : Constants.FLOAT;
    graph.addOutput(
        ValueInfoProto.newBuilder()
            .setName(name)
            .setType(
                TypeProto.newBuilder()
                    .setTensorType(TypeProto.Tensor.newBuilder().setElemType(type))));
  }

  /** The model, serialized. */
  public byte[] bytes() {
    return ModelProto.newBuilder()
        .setIrVersion(IR_VERSION)
        .setProducerName("mixtune")
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPSET))
        .setGraph(graph)
        .build()
        .toByteArray();
  }

  private String node(String operator, List<String> inputs, AttributeProto... attributes) {
    String output = fresh("v");
    graph.addNode(
        NodeProto.newBuilder()
            .setName(output)
            .setOpType(operator)
            .addAllInput(inputs)
            .addOutput(output)
            .addAllAttribute(List.of(attributes)));
    return output;
  }

  private String normal(double deviation, long... shape) {
    float[] values = new float[Math.toIntExact(Tensor.elements(shape))];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (deviation * random.nextGaussian());
    }
    return constant(Constants.ofFloats(fresh("w"), Arrays.stream(shape).boxed().toList(), values));
  }

  private String scalar(float value) {
    return constant(Constants.ofFloats(fresh("w"), List.of(), value));
  }

  private String zeroPoint() {
    return constant(
        Constants.ofBytes(fresh("w"), Constants.UINT8, List.of(), new byte[] {(byte) 128}));
  }

  private String constant(TensorProto tensor) {
    graph.addInitializer(tensor);
    return tensor.getName();
  }

  private String fresh(String prefix) {
    return prefix + next++;
  }

  private static ValueInfoProto value(String name, int type, long... shape) {
    TensorShapeProto.Builder axes = TensorShapeProto.newBuilder();
    for (long axis : shape) {
      axes.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(axis));
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(TypeProto.Tensor.newBuilder().setElemType(type).setShape(axes)))
        .build();
  }

  private static AttributeProto ints(String name, long... values) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INTS)
        .addAllInts(Arrays.stream(values).boxed().toList())
        .build();
  }

  private static AttributeProto integer(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }
}
