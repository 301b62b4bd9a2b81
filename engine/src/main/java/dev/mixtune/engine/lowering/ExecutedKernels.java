package dev.mixtune.engine.lowering;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.graph.Graph;
import dev.mixtune.engine.graph.Network;
import dev.mixtune.engine.runtime.ModelRuntime;
import dev.mixtune.engine.runtime.ModelRuntime.ExecutedNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The kernels that a runtime really executes for the layers of a plan.
 *
 * @param kernels operator type that executes each layer, in layer order; the layer's own operator
 *     where the runtime kept it in float. Where one operator has several kernels, what tells them
 *     apart stands behind it: {@code MatMulNBits(block 64, accuracy 4)}
 * @param unplanned integer kernels that the plan does not ask for, empty when all is well
 */
public record ExecutedKernels(List<String> kernels, List<String> unplanned) {
  private static final Set<String> INTEGER =
      Set.of(
          "QLinearConv",
          "ConvInteger",
          "QGemm",
          "QLinearMatMul",
          "MatMulInteger",
          "MatMulIntegerToFloat",
          "DynamicQuantizeMatMul");

  public ExecutedKernels {
    kernels = List.copyOf(kernels);
    unplanned = List.copyOf(unplanned);
  }

  /**
   * Opens the optimised graph of a lowered plan and finds its layers by their weights.
   *
   * @throws dev.mixtune.engine.runtime.RuntimeFailure when the runtime refuses the plan's model
   */
  public static ExecutedKernels inspect(
      ModelRuntime runtime, Network network, LoweredPlan lowered) {
    Map<String, Deque<Layer>> byWeight = new HashMap<>();
    List<NodeProto> nodes = nodes(lowered);
    Map<String, String> weights = weightsOfNodes(nodes);
    Map<String, String> labels = labels(nodes);
    List<String> kernels = new ArrayList<>();
    for (Layer layer : network.layers()) {
      String weight = weights.getOrDefault(layer.name(), "");
      byWeight.computeIfAbsent(weight, key -> new ArrayDeque<>()).add(layer);
      kernels.add(layer.kind().onnxName());
    }
    List<String> unplanned = new ArrayList<>();
    for (ExecutedNode node : runtime.executedNodes(lowered.model())) {
      Layer layer = layerOf(node, byWeight);
      if (layer != null) {
        kernels.set(layer.index(), node.op() + labels.getOrDefault(layer.name(), ""));
      }
      boolean planned =
          layer != null && lowered.plan().scheme(layer.index()).arithmetic().isInteger();
      if (INTEGER.contains(node.op()) && !planned) {
        unplanned.add(node.op() + " '" + node.name() + "' with inputs " + node.inputs());
      }
    }
    return new ExecutedKernels(kernels, unplanned);
  }

  private static List<NodeProto> nodes(LoweredPlan lowered) {
    try {
      return ModelProto.parseFrom(lowered.model()).getGraph().getNodeList();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("the lowered model is no ONNX model", e);
    }
  }

  /** By node name: what chooses between the kernels of an operator, where there are several. */
  private static Map<String, String> labels(List<NodeProto> nodes) {
    Map<String, String> labels = new HashMap<>();
    for (NodeProto node : nodes) {
      if (node.getOpType().equals("MatMulNBits")) {
        long block = Graph.intAttribute(node, "block_size", 0);
        long accuracy = Graph.intAttribute(node, "accuracy_level", 0);
        labels.put(node.getName(), "(block " + block + ", accuracy " + accuracy + ")");
      }
    }
    return labels;
  }

  /** By node name: the weight as the session knows it once everything constant is folded. */
  private static Map<String, String> weightsOfNodes(List<NodeProto> nodes) {
    Map<String, String> dequantized = new HashMap<>();
    Map<String, String> weights = new HashMap<>();
    for (NodeProto node : nodes) {
      if (node.getOpType().equals("DequantizeLinear")) {
        dequantized.put(node.getOutput(0), node.getInput(0));
      } else if (!node.getName().isEmpty() && node.getInputCount() > 1) {
        String weight = node.getInput(node.getOpType().equals("Gather") ? 0 : 1);
        weights.put(node.getName(), dequantized.getOrDefault(weight, weight));
      }
    }
    return weights;
  }

  /** Tied layers read one weight; each executed node takes the next of them. */
  private static @Nullable Layer layerOf(ExecutedNode node, Map<String, Deque<Layer>> byWeight) {
    for (String input : node.inputs()) {
      Deque<Layer> layers = byWeight.get(input);
      if (layers != null && !layers.isEmpty()) {
        return layers.poll();
      }
    }
    return null;
  }

  /** Whether the layer runs on an integer kernel. */
  public boolean isInteger(int layer) {
    return INTEGER.contains(kernels.get(layer));
  }
}
