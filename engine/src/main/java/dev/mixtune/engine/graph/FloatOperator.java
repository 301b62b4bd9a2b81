package dev.mixtune.engine.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import dev.mixtune.engine.Layer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * An operator with weights, or of a kind that has them as a rule, that is no layer: every plan
 * leaves it as it is in the model.
 *
 * @param name the node's name
 * @param operator ONNX operator type
 * @param weights constant float values that it reads, 0 when it has none
 * @param reason why it is no layer, a clause without a full stop
 */
public record FloatOperator(String name, String operator, long weights, String reason) {
  /** Fewer constant values are factors, bounds and shifts rather than weights. */
  private static final long LEAST_WEIGHTS = 1024;

  private static final Set<String> LAYERS = Set.of("Conv", "ConvTranspose", "Gemm", "MatMul");

  /** The operators of a graph that stay float, in execution order. */
  static List<FloatOperator> of(Graph graph, List<Layer> layers) {
    Set<String> names = new HashSet<>();
    layers.forEach(layer -> names.add(layer.name()));
    List<FloatOperator> all = new ArrayList<>();
    for (NodeProto node : graph.nodes()) {
      if (!names.contains(node.getName())) {
        long weights = weights(node, graph);
        reason(node, weights, graph)
            .map(why -> new FloatOperator(node.getName(), node.getOpType(), weights, why))
            .ifPresent(all::add);
      }
    }
    return List.copyOf(all);
  }

  private static long weights(NodeProto node, Graph graph) {
    return node.getInputList().stream()
        .distinct()
        .flatMap(value -> graph.constant(value).stream())
        .filter(constant -> constant.getDataType() == Constants.FLOAT)
        .mapToLong(constant -> Constants.elements(constant.getDimsList()))
        .sum();
  }

  private static Optional<String> reason(NodeProto node, long weights, Graph graph) {
    if (node.getAttributeList().stream().anyMatch(AttributeProto::hasG)) {
      return Optional.of("the bodies of control flow are left as they are");
    }
    if (Graph.isStandard(node) && LAYERS.contains(node.getOpType())) {
      return Optional.of(productReason(node, weights, graph));
    }
    return weights < LEAST_WEIGHTS
        ? Optional.empty()
        : Optional.of("no scheme is known for " + node.getOpType() + " with constant weights");
  }

  private static String productReason(NodeProto node, long weights, Graph graph) {
    if (weights == 0) {
      return "it has no constant float weights";
    }
    if (graph.isConstant(node.getInput(0))) {
      return "its left operand is constant";
    }
    boolean constantWeight = node.getInputCount() > 1 && graph.isConstant(node.getInput(1));
    if (!constantWeight) {
      return "its weights are computed";
    }
    int axes = graph.shape(node.getInput(1)).size();
    if (node.getOpType().equals("Conv") && axes > 4) {
      return "it moves along " + (axes - 2) + " axes";
    }
    if (node.getOpType().equals("MatMul")) {
      return "one of its operands is a vector";
    }
    return "its bias is computed or varies by more than the output channel, or it has factors";
  }
}
