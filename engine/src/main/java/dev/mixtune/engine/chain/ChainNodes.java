package dev.mixtune.engine.chain;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.mixtune.engine.graph.Constants;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Writes a {@link KernelChain} as a float ONNX model with random weights. */
final class ChainNodes {
  private static final long OPSET = 13;
  private static final long IR_VERSION = 7;

  private final GraphProto.Builder graph = GraphProto.newBuilder().setName("chain");
  private final Random random;
  private final List<String> values = new ArrayList<>();
  private final List<List<Long>> shapes = new ArrayList<>();
  private int next;

  private ChainNodes(Random random) {
    this.random = random;
  }

  static ModelProto model(KernelChain chain, Random random) {
    ChainNodes nodes = new ChainNodes(random);
    nodes.graph.addInput(input(chain.inputShape()));
    nodes.values.add("x");
    nodes.shapes.add(chain.inputShape());
    chain.links().forEach(nodes::add);
    nodes.graph.addOutput(
        ValueInfoProto.newBuilder()
            .setName(nodes.value())
            .setType(
                TypeProto.newBuilder()
                    .setTensorType(TypeProto.Tensor.newBuilder().setElemType(Constants.FLOAT))));
    return ModelProto.newBuilder()
        .setIrVersion(IR_VERSION)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPSET))
        .setGraph(nodes.graph)
        .build();
  }

  private static ValueInfoProto input(List<Long> shape) {
    TensorShapeProto.Builder axes = TensorShapeProto.newBuilder();
    shape.forEach(axis -> axes.addDimBuilder().setDimValue(axis));
    return ValueInfoProto.newBuilder()
        .setName("x")
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder().setElemType(Constants.FLOAT).setShape(axes)))
        .build();
  }

  private void add(Link link) {
    if (link instanceof Link.Convolution convolution) {
      add(convolution);
    } else if (link instanceof Link.Product product) {
      long inputs = axis(-1);
      String weight = weights(inputs, inputs, product.outputs());
      push(node("MatMul", List.of(value(), weight)), withLast(product.outputs()));
    } else if (link instanceof Link.Dense dense) {
      add(dense);
    } else if (link instanceof Link.Residual residual) {
      String sum = node("Add", List.of(value(), values.get(back(residual.back()))));
      push(residual.relu() ? node("Relu", List.of(sum)) : sum, shape());
    } else if (link instanceof Link.Concatenation concatenation) {
      int other = back(concatenation.back());
      List<Long> joined = new ArrayList<>(shape());
      joined.set(1, joined.get(1) + shapes.get(other).get(1));
      push(node("Concat", List.of(value(), values.get(other)), attribute("axis", 1)), joined);
    } else if (link instanceof Link.Halving) {
      String pooled =
          node("MaxPool", List.of(value()), ints("kernel_shape", 2, 2), ints("strides", 2, 2));
      push(pooled, List.of(axis(0), axis(1), axis(2) / 2, axis(3) / 2));
    } else if (link instanceof Link.GlobalAverage) {
      push(node("GlobalAveragePool", List.of(value())), List.of(axis(0), axis(1), 1L, 1L));
    } else if (link instanceof Link.Transformer transformer) {
      push(transformer(transformer.piece()), shape());
    }
  }

  private void add(Link.Convolution link) {
    long group = link.groups();
    long inputs = axis(1) / group;
    long pad = link.kernel() / 2;
    long side = link.kernel();
    String weight = weights(inputs * side * side, link.outputs(), inputs, side, side);
    String written =
        node(
            "Conv",
            List.of(value(), weight, weights(10, link.outputs())),
            ints("kernel_shape", side, side),
            ints("strides", link.stride(), link.stride()),
            ints("pads", pad, pad, pad, pad),
            attribute("group", group));
    List<Long> shape =
        List.of(
            axis(0),
            (long) link.outputs(),
            (axis(2) - 1) / link.stride() + 1,
            (axis(3) - 1) / link.stride() + 1);
    push(link.relu() ? node("Relu", List.of(written)) : written, shape);
  }

  private void add(Link.Dense link) {
    String input = value();
    long rows = axis(0);
    long inputs = shape().stream().mapToLong(Long::longValue).reduce(1, (a, b) -> a * b) / rows;
    if (shape().size() != 2) {
      input = node("Flatten", List.of(input));
    }
    List<String> inputsOfGemm =
        List.of(input, weights(inputs, inputs, link.outputs()), weights(10, link.outputs()));
    push(node("Gemm", inputsOfGemm), List.of(rows, (long) link.outputs()));
  }

  private String transformer(Link.Transformer.Piece piece) {
    return switch (piece) {
      case BIAS -> node("Add", List.of(value(), weights(10, axis(-1))));
      case GELU -> gelu();
      case NORMALIZATION -> normalization();
      case ATTENTION -> attention();
    };
  }

  private String gelu() {
    String scaled = node("Div", List.of(value(), scalar((float) Math.sqrt(2))));
    String shifted = node("Add", List.of(node("Erf", List.of(scaled)), scalar(1)));
    return node("Mul", List.of(node("Mul", List.of(value(), shifted)), scalar(0.5f)));
  }

  private String normalization() {
    String mean = node("ReduceMean", List.of(value()), ints("axes", -1));
    String centred = node("Sub", List.of(value(), mean));
    String square = node("Pow", List.of(centred, scalar(2)));
    String variance = node("ReduceMean", List.of(square), ints("axes", -1));
    String deviation = node("Sqrt", List.of(node("Add", List.of(variance, scalar(1e-5f)))));
    String normal = node("Div", List.of(centred, deviation));
    String scaled = node("Mul", List.of(normal, weights(10, axis(-1))));
    return node("Add", List.of(scaled, weights(10, axis(-1))));
  }

  private String attention() {
    String turned = node("Transpose", List.of(value()), ints("perm", 0, 2, 1));
    String scores = node("MatMul", List.of(value(), turned));
    String shares = node("Softmax", List.of(scores), attribute("axis", -1));
    return node("MatMul", List.of(shares, value()));
  }

  private String value() {
    return values.get(values.size() - 1);
  }

  private List<Long> shape() {
    return shapes.get(shapes.size() - 1);
  }

  private long axis(int index) {
    return shape().get(index < 0 ? shape().size() + index : index);
  }

  private List<Long> withLast(long length) {
    List<Long> changed = new ArrayList<>(shape());
    changed.set(changed.size() - 1, length);
    return changed;
  }

  private int back(int links) {
    int index = values.size() - 1 - links;
    if (index < 0) {
      throw new IllegalArgumentException("there are no " + links + " links to jump over");
    }
    return index;
  }

  private void push(String value, List<Long> shape) {
    values.add(value);
    shapes.add(shape);
  }

  private String node(String op, List<String> inputs, AttributeProto... attributes) {
    String output = "v" + next++;
    graph.addNode(
        NodeProto.newBuilder()
            .setName(op + "_" + output)
            .setOpType(op)
            .addAllInput(inputs)
            .addOutput(output)
            .addAllAttribute(Arrays.asList(attributes)));
    return output;
  }

  /** Normal values whose deviation keeps activations near one. */
  private String weights(long inputs, long... shape) {
    List<Long> axes = Arrays.stream(shape).boxed().toList();
    float[] values = new float[Math.toIntExact(Constants.elements(axes))];
    double deviation = Math.sqrt(2.0 / inputs);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (deviation * random.nextGaussian());
    }
    return constant(Constants.ofFloats("c" + next++, axes, values));
  }

  private String scalar(float value) {
    return constant(Constants.ofFloats("c" + next++, List.of(), value));
  }

  private String constant(TensorProto tensor) {
    graph.addInitializer(tensor);
    return tensor.getName();
  }

  private static AttributeProto attribute(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  private static AttributeProto ints(String name, long... values) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INTS)
        .addAllInts(Arrays.stream(values).boxed().toList())
        .build();
  }
}
