package dev.mixtune.engine.graph;

import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.OperatorKind;
import dev.mixtune.engine.UserException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/** Finds the quantizable layers of a canonical graph. */
final class LayerFinder {
  /** Smaller tables are worth neither the operators that unpack them nor a place in the search. */
  private static final long LEAST_EMBEDDING = 1024;

  private final Graph graph;
  private final Function<TensorProto, OptionalLong> notFinite;

  LayerFinder(Graph graph) {
    this(graph, LayerFinder::firstNotFinite);
  }

  /**
   * @param notFinite the first value of a constant that is NaN or infinite; for constants whose
   *     values the graph does not hold
   */
  LayerFinder(Graph graph, Function<TensorProto, OptionalLong> notFinite) {
    this.graph = graph;
    this.notFinite = notFinite;
  }

  /**
   * All layers in execution order.
   *
   * @throws UserException when a layer's weights or bias are not finite
   */
  List<Layer> layers() {
    List<Layer> layers = new ArrayList<>();
    Map<String, String> groupOfWeight = new HashMap<>();
    for (NodeProto node : graph.nodes()) {
      Optional<OperatorKind> kind = kind(node);
      if (kind.isEmpty()) {
        continue;
      }
      String weight = node.getInput(kind.get().weightInput());
      String group = groupOfWeight.computeIfAbsent(weight, key -> node.getName());
      layers.add(layer(layers.size(), node, kind.get(), group));
    }
    return layers;
  }

  private Optional<OperatorKind> kind(NodeProto node) {
    if (node.getInputCount() < 2 || !Graph.isStandard(node)) {
      return Optional.empty();
    }
    if (node.getOpType().equals("Gather")) {
      return isEmbedding(node) ? Optional.of(OperatorKind.GATHER) : Optional.empty();
    }
    Optional<TensorProto> weight = graph.constant(node.getInput(1));
    if (graph.isConstant(node.getInput(0)) || weight.isEmpty() || !isFilledFloat(weight.get())) {
      return Optional.empty();
    }
    List<Long> shape = weight.get().getDimsList();
    return switch (node.getOpType()) {
      case "Conv" ->
          (shape.size() == 3 || shape.size() == 4) && hasBiasOf(node, shape.get(0))
              ? Optional.of(convolutionKind(node, weight.get()))
              : Optional.empty();
      case "ConvTranspose" ->
          shape.size() >= 3 ? Optional.of(OperatorKind.CONV_TRANSPOSE) : Optional.empty();
      case "Gemm" -> isPlainGemm(node, shape) ? Optional.of(OperatorKind.GEMM) : Optional.empty();
      case "MatMul" ->
          shape.size() >= 2 && graph.shape(node.getInput(0)).size() != 1
              ? Optional.of(OperatorKind.MATMUL)
              : Optional.empty();
      default -> Optional.empty();
    };
  }

  /**
   * Whether the node picks rows of a constant matrix that is large enough to be worth its scales.
   */
  private boolean isEmbedding(NodeProto node) {
    return !graph.isConstant(node.getInput(1))
        && Graph.intAttribute(node, "axis", 0) == 0
        && graph
            .constant(node.getInput(0))
            .filter(LayerFinder::isFilledFloat)
            .filter(table -> table.getDimsCount() == 2)
            .filter(table -> Constants.elements(table.getDimsList()) >= LEAST_EMBEDDING)
            .isPresent();
  }

  private static boolean isFilledFloat(TensorProto tensor) {
    return tensor.getDataType() == Constants.FLOAT && Constants.elements(tensor.getDimsList()) > 0;
  }

  /** Whether the bias is absent, or constant with one value, or one for each output channel. */
  private boolean hasBiasOf(NodeProto node, long channels) {
    if (node.getInputCount() < 3 || node.getInput(2).isEmpty()) {
      return true;
    }
    Optional<TensorProto> bias =
        graph.constant(node.getInput(2)).filter(LayerFinder::isFilledFloat);
    if (bias.isEmpty()) {
      return false;
    }
    List<Long> shape = bias.get().getDimsList();
    long elements = Constants.elements(shape);
    // A Gemm may add another bias to each row: no integer kernel does.
    return elements == 1 || (elements == channels && shape.get(shape.size() - 1) == channels);
  }

  private static OperatorKind convolutionKind(NodeProto node, TensorProto weight) {
    long groups = Graph.intAttribute(node, "group", 1);
    if (groups == 1) {
      return OperatorKind.CONV;
    }
    return weight.getDims(1) == 1 ? OperatorKind.DEPTHWISE_CONV : OperatorKind.GROUPED_CONV;
  }

  /** The integer kernels know no transposed input and no factors other than one. */
  private boolean isPlainGemm(NodeProto node, List<Long> weightShape) {
    return Graph.intAttribute(node, "transA", 0) == 0
        && Graph.floatAttribute(node, "alpha", 1f) == 1f
        && Graph.floatAttribute(node, "beta", 1f) == 1f
        && hasBiasOf(node, weightShape.get(Graph.intAttribute(node, "transB", 0) == 1 ? 0 : 1));
  }

  private Layer layer(int index, NodeProto node, OperatorKind kind, String group) {
    TensorProto weight = graph.constant(node.getInput(kind.weightInput())).orElseThrow();
    requireFinite("weights", node, weight);
    if (node.getInputCount() > 2) {
      // A ConvTranspose may have a computed one.
      graph
          .constant(node.getInput(2))
          .filter(LayerFinder::isFilledFloat)
          .ifPresent(bias -> requireFinite("bias", node, bias));
    }
    long parameters = Constants.elements(weight.getDimsList());
    List<Long> input = graph.shape(node.getInput(kind.activationInput()));
    List<Long> output = graph.shape(node.getOutput(0));
    long macs = macs(kind, weight.getDimsList(), input, output, node);
    return new Layer(
        index, node.getName(), kind, group, weight.getDimsList(), input, output, macs, parameters);
  }

  private static long macs(
      OperatorKind kind,
      List<Long> weightShape,
      List<Long> input,
      List<Long> output,
      NodeProto node) {
    long outputs = Constants.elements(output);
    long behindFirst = Constants.elements(weightShape.subList(1, weightShape.size()));
    return switch (kind) {
      case CONV, DEPTHWISE_CONV, GROUPED_CONV -> outputs * behindFirst;
      case CONV_TRANSPOSE -> Constants.elements(input) * behindFirst;
      case GEMM -> outputs * weightShape.get(Graph.intAttribute(node, "transB", 0) == 1 ? 1 : 0);
      case MATMUL -> outputs * weightShape.get(weightShape.size() - 2);
      case GATHER -> 0;
    };
  }

  private void requireFinite(String what, NodeProto node, TensorProto tensor) {
    OptionalLong bad = notFinite.apply(tensor);
    if (bad.isPresent()) {
      throw new UserException(
          "the "
              + what
              + " of layer '"
              + node.getName()
              + "' (tensor '"
              + tensor.getName()
              + "') hold NaN or infinity, first at element "
              + bad.getAsLong(),
          "Export the model again from a checkpoint whose weights are finite.");
    }
  }

  private static OptionalLong firstNotFinite(TensorProto tensor) {
    float[] values = Constants.floats(tensor);
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        return OptionalLong.of(i);
      }
    }
    return OptionalLong.empty();
  }
}
