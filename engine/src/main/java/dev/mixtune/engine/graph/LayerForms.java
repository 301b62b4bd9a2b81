package dev.mixtune.engine.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Writes matrix products that integer kernels do not know as products that they know, which answer
 * the same: a Gemm with factors or a transposed input as one without, a Gemm whose bias varies by
 * row as a Gemm and an Add, a MatMul with a constant left operand as a convolution with one tap.
 */
final class LayerForms {
  private final Map<String, TensorProto> constants = new HashMap<>();
  private final Map<String, String> scaled = new HashMap<>();
  private final Map<String, long[]> shapes;
  private final FreshNames names;
  private final GraphProto.Builder graph;

  private LayerForms(ModelProto model, Map<String, long[]> shapes) {
    this.shapes = shapes;
    this.names = FreshNames.in(model.getGraph());
    this.graph = model.getGraph().toBuilder().clearNode();
    for (TensorProto constant : model.getGraph().getInitializerList()) {
      constants.put(constant.getName(), constant);
    }
  }

  /**
   * The model with plain products; empty when all are plain already.
   *
   * @param model canonical
   * @param shapes of its values
   */
  static Optional<ModelProto> plain(ModelProto model, Map<String, long[]> shapes) {
    LayerForms forms = new LayerForms(model, shapes);
    boolean changed = false;
    for (NodeProto node : model.getGraph().getNodeList()) {
      changed |= forms.rewrite(node);
    }
    return changed
        ? Optional.of(model.toBuilder().setGraph(forms.withoutUnusedConstants()).build())
        : Optional.empty();
  }

  private boolean rewrite(NodeProto node) {
    boolean changed =
        Graph.isStandard(node)
            && switch (node.getOpType()) {
              case "Gemm" -> gemm(node);
              case "MatMul" -> matmul(node);
              default -> false;
            };
    if (!changed) {
      graph.addNode(node);
    }
    return changed;
  }

  private boolean isFloatConstant(String value) {
    TensorProto constant = constants.get(value);
    return constant != null
        && constant.getDataType() == Constants.FLOAT
        && Constants.elements(constant.getDimsList()) > 0;
  }

  private TensorProto tensor(String constant) {
    return Objects.requireNonNull(constants.get(constant), constant);
  }

  private boolean gemm(NodeProto node) {
    boolean transposedInput = Graph.intAttribute(node, "transA", 0) != 0;
    boolean transposedWeight = Graph.intAttribute(node, "transB", 0) != 0;
    float alpha = Graph.floatAttribute(node, "alpha", 1);
    float beta = Graph.floatAttribute(node, "beta", 1);
    boolean biased = node.getInputCount() > 2 && !node.getInput(2).isEmpty();
    String weight = node.getInput(1);
    if (!isFloatConstant(weight) || constants.containsKey(node.getInput(0))) {
      return false;
    }
    long outputs = tensor(weight).getDims(transposedWeight ? 0 : 1);
    boolean apart = biased && beta != 0 && !isBiasOf(node.getInput(2), outputs);
    if (!transposedInput && alpha == 1 && beta == 1 && !apart) {
      return false;
    }
    NodeProto.Builder plain =
        NodeProto.newBuilder()
            .setOpType("Gemm")
            .setName(node.getName())
            .addInput(transposedInput ? transposed(node.getInput(0), node) : node.getInput(0))
            .addInput(scaled(weight, alpha))
            .addOutput(apart ? names.like(node.getOutput(0) + "/product") : node.getOutput(0));
    if (transposedWeight) {
      plain.addAttribute(integer("transB", 1));
    }
    if (biased && beta != 0 && !apart) {
      plain.addInput(scaled(node.getInput(2), beta));
    }
    graph.addNode(plain);
    if (apart) {
      String bias = addend(node, beta);
      add("Add", node.getName() + "/bias", node.getOutput(0), plain.getOutput(0), bias);
    }
    return true;
  }

  /** Whether the bias is constant with one value, or one for each output. */
  private boolean isBiasOf(String bias, long outputs) {
    if (!isFloatConstant(bias)) {
      return false;
    }
    List<Long> shape = tensor(bias).getDimsList();
    long elements = Constants.elements(shape);
    return elements == 1 || (elements == outputs && shape.get(shape.size() - 1) == outputs);
  }

  private String addend(NodeProto node, float beta) {
    String bias = node.getInput(2);
    if (beta == 1) {
      return bias;
    }
    if (isFloatConstant(bias)) {
      return scaled(bias, beta);
    }
    String factor = constant("beta", Constants.ofFloats("", List.of(), beta));
    return add("Mul", node.getName() + "/beta", names.like(bias + "/beta"), bias, factor);
  }

  private String transposed(String value, NodeProto node) {
    String output = names.like(value + "/transposed");
    AttributeProto axes =
        AttributeProto.newBuilder()
            .setName("perm")
            .setType(AttributeProto.AttributeType.INTS)
            .addAllInts(List.of(1L, 0L))
            .build();
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType("Transpose")
            .setName(names.like(node.getName() + "/transpose"))
            .addInput(value)
            .addOutput(output)
            .addAttribute(axes));
    return output;
  }

  /** A constant times a factor; equal ones are made once, so tied weights stay tied. */
  private String scaled(String constant, float factor) {
    if (factor == 1) {
      return constant;
    }
    return scaled.computeIfAbsent(
        constant + " " + factor,
        key -> {
          TensorProto tensor = tensor(constant);
          float[] values = Constants.floats(tensor);
          for (int i = 0; i < values.length; i++) {
            values[i] *= factor;
          }
          return constant(constant, Constants.ofFloats("", tensor.getDimsList(), values));
        });
  }

  private boolean matmul(NodeProto node) {
    String left = node.getInput(0);
    String right = node.getInput(1);
    if (isFloatConstant(left) && tensor(left).getDimsCount() == 2) {
      return leftProduct(node, tensor(left), rank(right));
    }
    if (!isFloatConstant(right) || constants.containsKey(left)) {
      return false;
    }
    // Leading axes of length 1 do nothing where the input has as many axes.
    List<Long> shape = tensor(right).getDimsList();
    int axes = shape.size();
    boolean oneMatrix =
        axes > 2 && Constants.elements(shape.subList(0, axes - 2)) == 1 && rank(left) >= axes;
    if (oneMatrix) {
      TensorProto matrix =
          tensor(right).toBuilder().clearDims().addAllDims(shape.subList(axes - 2, axes)).build();
      graph.addNode(node.toBuilder().setInput(1, shared(right, matrix)));
    }
    return oneMatrix;
  }

  private String shared(String name, TensorProto matrix) {
    return scaled.computeIfAbsent(name + " as a matrix", key -> constant(name, matrix));
  }

  private int rank(String value) {
    return shapes.getOrDefault(value, new long[0]).length;
  }

  /** W [M, K] times X [N, K, L] is a convolution along L with one tap. */
  private boolean leftProduct(NodeProto node, TensorProto weight, int rank) {
    if (rank != 2 && rank != 3) {
      return false;
    }
    long outputs = weight.getDims(0);
    long inputs = weight.getDims(1);
    String kernel =
        scaled.computeIfAbsent(
            node.getInput(0) + " as a kernel",
            key -> constant(node.getInput(0), weight.toBuilder().addDims(1).build()));
    String from = node.getInput(1);
    String to = node.getOutput(0);
    if (rank == 2) {
      from = reshaped(from, names.like(from + "/batch"), 1, inputs, -1);
      to = names.like(to + "/batch");
    }
    add("Conv", node.getName(), to, from, kernel);
    if (rank == 2) {
      reshaped(to, node.getOutput(0), outputs, -1);
    }
    return true;
  }

  private String reshaped(String from, String to, long... shape) {
    String axes = constant("shape", Constants.ofLongs("", List.of((long) shape.length), shape));
    return add("Reshape", names.like(to + "/reshape"), to, from, axes);
  }

  private String add(String op, String name, String output, String... inputs) {
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType(op)
            .setName(name)
            .addAllInput(List.of(inputs))
            .addOutput(output));
    return output;
  }

  private static AttributeProto integer(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  private String constant(String like, TensorProto tensor) {
    String name = names.like(like);
    TensorProto named = tensor.toBuilder().setName(name).build();
    graph.addInitializer(named);
    constants.put(name, named);
    return name;
  }

  private GraphProto withoutUnusedConstants() {
    Set<String> used = new TreeSet<>();
    for (NodeProto node : graph.getNodeList()) {
      used.addAll(node.getInputList());
      used.addAll(Graph.readByBodies(node));
    }
    graph.getOutputList().forEach(output -> used.add(output.getName()));
    List<TensorProto> kept =
        graph.getInitializerList().stream()
            .filter(constant -> used.contains(constant.getName()))
            .toList();
    return graph.clearInitializer().addAllInitializer(kept).build();
  }
}
