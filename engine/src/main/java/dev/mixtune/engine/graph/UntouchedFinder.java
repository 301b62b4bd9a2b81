package dev.mixtune.engine.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds the nodes that one would expect among the layers, and says why they are not. It knows what
 * operators are made of, not which of them can be quantized: that is decided by whoever finds the
 * layers.
 */
final class UntouchedFinder {
  /** Position of the weight among the inputs; MatMul's may be on either side. */
  private static final Map<String, Integer> WEIGHT_INPUT =
      Map.of("Conv", 1, "ConvTranspose", 1, "Gemm", 1, "MatMul", 1, "Gather", 0);

  private static final Set<TensorProto.DataType> FLOATING =
      EnumSet.of(
          TensorProto.DataType.FLOAT,
          TensorProto.DataType.FLOAT16,
          TensorProto.DataType.BFLOAT16,
          TensorProto.DataType.DOUBLE);

  /** Fewer constant values are factors, bounds and shifts rather than weights. */
  private static final long LEAST_WEIGHTS = 1024;

  private static final Set<String> RECURRENT = Set.of("LSTM", "GRU", "RNN");

  private final Graph graph;

  UntouchedFinder(Graph graph) {
    this.graph = graph;
  }

  /**
   * All such nodes, in execution order.
   *
   * @param layers names of the nodes that are layers
   */
  List<Untouched> find(Set<String> layers) {
    List<Untouched> all = new ArrayList<>();
    for (NodeProto node : graph.nodes()) {
      if (!layers.contains(node.getName())) {
        reason(node)
            .ifPresent(
                reason ->
                    all.add(new Untouched(node.getName(), operator(node), reason, macs(node))));
      }
    }
    return all;
  }

  private long constants(NodeProto node) {
    return node.getInputList().stream()
        .distinct()
        .flatMap(value -> graph.constant(value).stream())
        .filter(UntouchedFinder::isFloating)
        .mapToLong(constant -> Constants.elements(constant.getDimsList()))
        .sum();
  }

  private static String operator(NodeProto node) {
    return Graph.isStandard(node) ? node.getOpType() : node.getDomain() + "." + node.getOpType();
  }

  private Optional<String> reason(NodeProto node) {
    if (!Graph.isStandard(node)) {
      return Optional.of("operators of the domain " + node.getDomain() + " are left alone");
    }
    if (node.getAttributeList().stream().anyMatch(a -> a.hasG() || a.getGraphsCount() > 0)) {
      return Optional.of("what its body computes is left alone");
    }
    if (RECURRENT.contains(node.getOpType()) || node.getOpType().equals("Einsum")) {
      return Optional.of("no narrow form of this operator is known");
    }
    Integer weight = WEIGHT_INPUT.get(node.getOpType());
    if (weight == null || node.getInputCount() < 2) {
      return constants(node) < LEAST_WEIGHTS
          ? Optional.empty()
          : Optional.of("no narrow form of its constant operand is known");
    }
    return node.getOpType().equals("Gather") ? embedding(node) : Optional.of(product(node, weight));
  }

  /** Picking from shapes and computed values is no business of weights. */
  private Optional<String> embedding(NodeProto node) {
    return graph
        .constant(node.getInput(0))
        .filter(table -> table.getDimsCount() > 1 && isFloating(table))
        .map(table -> form(node, table));
  }

  private String product(NodeProto node, int weightInput) {
    Optional<TensorProto> weight = graph.constant(node.getInput(weightInput));
    boolean otherIsConstant = graph.isConstant(node.getInput(1 - weightInput));
    if (weight.isEmpty()) {
      return otherIsConstant
          ? "its constant operand is on the left"
          : "both operands are computed, there are no weights to store";
    }
    if (otherIsConstant) {
      return "nothing that it reads is computed";
    }
    if (weight.get().getDataType() != Constants.FLOAT) {
      return "its weights are " + type(weight.get()) + ", not float32";
    }
    if (node.getInputCount() > 2
        && !node.getInput(2).isEmpty()
        && !graph.isConstant(node.getInput(2))) {
      return "its bias is computed, not constant";
    }
    return form(node, weight.get());
  }

  /** What is left is a matter of shapes and attributes: name them. */
  private static String form(NodeProto node, TensorProto weight) {
    StringBuilder text = new StringBuilder("not in this form: weights " + weight.getDimsList());
    for (AttributeProto attribute : node.getAttributeList()) {
      String name = ", " + attribute.getName() + " ";
      if (attribute.getType() == AttributeProto.AttributeType.INT) {
        text.append(name).append(attribute.getI());
      } else if (attribute.getType() == AttributeProto.AttributeType.FLOAT) {
        text.append(name).append(attribute.getF());
      }
    }
    return text.toString();
  }

  private static boolean isFloating(TensorProto tensor) {
    return FLOATING.contains(TensorProto.DataType.forNumber(tensor.getDataType()));
  }

  private static String type(TensorProto tensor) {
    TensorProto.DataType type = TensorProto.DataType.forNumber(tensor.getDataType());
    return type == null ? "of an unknown type" : type.name().toLowerCase(Locale.ROOT);
  }

  private long macs(NodeProto node) {
    if (node.getOutputCount() == 0 || node.getInputCount() < 2 || !Graph.isStandard(node)) {
      return 0;
    }
    List<Long> left = graph.shape(node.getInput(0));
    List<Long> right = graph.shape(node.getInput(1));
    long outputs = Constants.elements(graph.shape(node.getOutput(0)));
    if (left.isEmpty() || right.isEmpty()) {
      return 0;
    }
    return switch (node.getOpType()) {
      case "Conv" -> outputs * Constants.elements(right.subList(1, right.size()));
      case "ConvTranspose" ->
          Constants.elements(left) * Constants.elements(right.subList(1, right.size()));
      case "MatMul" -> outputs * left.get(left.size() - 1);
      case "Gemm" -> outputs * left.get(Graph.intAttribute(node, "transA", 0) == 1 ? 0 : 1);
      case "LSTM", "GRU", "RNN" -> left.get(0) * recurrentWeights(node);
      default -> 0;
    };
  }

  /** Each step of a sequence meets all weights, once per sample. */
  private long recurrentWeights(NodeProto node) {
    long weights = 0;
    for (String input : node.getInputList().subList(1, Math.min(3, node.getInputCount()))) {
      weights += Constants.elements(graph.shape(input));
    }
    return weights;
  }
}
