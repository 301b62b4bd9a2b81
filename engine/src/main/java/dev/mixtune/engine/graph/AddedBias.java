package dev.mixtune.engine.graph;

import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.List;
import java.util.Optional;

/**
 * The bias of a matrix product. ONNX's MatMul has none: exporters write an Add of a constant behind
 * it.
 *
 * @param add the node that adds it; it is the product's only reader
 * @param input which of its inputs is the constant, 0 or 1
 * @param shape of the constant when it has one value for each output channel
 */
public record AddedBias(NodeProto add, int input, List<Long> shape) {

  public AddedBias {
    shape = List.copyOf(shape);
  }

  /**
   * Finds the bias of a node.
   *
   * @return empty when the node is no matrix product, when anything else can see the product before
   *     the constant is added, or when the constant is not one value, or one value for each channel
   */
  public static Optional<AddedBias> of(Graph graph, NodeProto product) {
    if (!product.getOpType().equals("MatMul") || !Graph.isStandard(product)) {
      return Optional.empty();
    }
    String value = product.getOutput(0);
    List<NodeProto> readers = graph.consumers(value);
    if (graph.isExposed(value) || readers.size() != 1) {
      return Optional.empty();
    }
    NodeProto add = readers.get(0);
    if (!add.getOpType().equals("Add") || !Graph.isStandard(add)) {
      return Optional.empty();
    }
    int input = add.getInput(0).equals(value) ? 1 : 0;
    return graph
        .constant(add.getInput(input))
        .flatMap(
            constant -> shape(constant, graph.shape(value)).map(s -> new AddedBias(add, input, s)));
  }

  private static Optional<List<Long>> shape(TensorProto constant, List<Long> product) {
    List<Long> shape = constant.getDimsList();
    if (constant.getDataType() != Constants.FLOAT
        || product.isEmpty()
        || shape.size() > product.size()) {
      return Optional.empty();
    }
    long channels = product.get(product.size() - 1);
    long elements = Constants.elements(shape);
    // One value may have no axes at all, also in front of a single channel.
    if (elements == 1) {
      return Optional.of(shape.isEmpty() || channels != 1 ? List.of(channels) : shape);
    }
    return elements == channels && shape.get(shape.size() - 1) == channels
        ? Optional.of(shape)
        : Optional.empty();
  }

  /** The name of the constant in the graph. */
  public String constant() {
    return add.getInput(input);
  }
}
