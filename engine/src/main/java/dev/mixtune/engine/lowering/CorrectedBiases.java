package dev.mixtune.engine.lowering;

import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.graph.AddedBias;
import dev.mixtune.engine.graph.Constants;
import dev.mixtune.engine.graph.Graph;
import dev.mixtune.engine.rounding.RoundingLibrary;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The constants that matrix products' biases become when the products' weights are rounded. */
final class CorrectedBiases {
  private final Map<String, Owned> byAdd = new HashMap<>();

  private record Owned(Layer layer, AddedBias bias) {}

  /**
   * @param layers by node name
   */
  CorrectedBiases(Graph graph, Map<String, Layer> layers) {
    for (NodeProto node : graph.nodes()) {
      Layer layer = layers.get(node.getName());
      if (layer != null) {
        AddedBias.of(graph, node)
            .ifPresent(bias -> byAdd.put(bias.add().getName(), new Owned(layer, bias)));
      }
    }
  }

  /**
   * What a plan adds in place of an input of a node.
   *
   * @return a constant without a name; empty when the input stays what it is
   */
  Optional<TensorProto> replacing(NodeProto node, int input, Plan plan, RoundingLibrary library) {
    Owned owned = byAdd.get(node.getName());
    if (owned == null || owned.bias.input() != input) {
      return Optional.empty();
    }
    return library
        .bias(owned.layer, plan.scheme(owned.layer.index()))
        .map(bias -> Constants.ofFloats("", owned.bias.shape(), bias));
  }
}
