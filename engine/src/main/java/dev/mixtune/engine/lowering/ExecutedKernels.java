package dev.mixtune.engine.lowering;

import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.graph.Network;
import dev.mixtune.engine.rounding.RoundingLibrary;
import dev.mixtune.engine.runtime.ModelRuntime;
import dev.mixtune.engine.runtime.ModelRuntime.ExecutedNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The kernels that a runtime really executes for the layers of a plan.
 *
 * @param kernels operator type that executes each layer, in layer order; the layer's own operator
 *     where the runtime kept it in float
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

  /** Opens the optimised graph of a lowered plan and finds its layers by their weights. */
  public static ExecutedKernels inspect(
      ModelRuntime runtime, Network network, RoundingLibrary library, LoweredPlan lowered) {
    Map<String, Deque<Layer>> byStoredWeight = new HashMap<>();
    for (Layer layer : network.layers()) {
      Arithmetic arithmetic = lowered.plan().scheme(layer.index()).arithmetic();
      String stored = library.weightName(layer);
      if (arithmetic.isInteger()) {
        stored += StoredWeights.codesSuffix();
      } else if (arithmetic == Arithmetic.BLOCKWISE) {
        stored += "_b" + lowered.plan().scheme(layer.index()).weightBits();
      }
      byStoredWeight.computeIfAbsent(stored, key -> new ArrayDeque<>()).add(layer);
    }
    List<String> kernels = new ArrayList<>();
    network.layers().forEach(layer -> kernels.add(layer.kind().onnxName()));
    List<String> unplanned = new ArrayList<>();
    for (ExecutedNode node : runtime.executedNodes(lowered.model())) {
      boolean integer = INTEGER.contains(node.op());
      Layer layer = layerOf(node, byStoredWeight);
      if (layer != null) {
        kernels.set(layer.index(), node.op());
      }
      boolean planned =
          layer != null && lowered.plan().scheme(layer.index()).arithmetic().isInteger();
      if (integer && !planned) {
        unplanned.add(node.op() + " '" + node.name() + "' with inputs " + node.inputs());
      }
    }
    return new ExecutedKernels(kernels, unplanned);
  }

  /** Tied layers read one weight; each executed node takes the next of them. */
  private static @org.jspecify.annotations.Nullable Layer layerOf(
      ExecutedNode node, Map<String, Deque<Layer>> byStoredWeight) {
    for (String input : node.inputs()) {
      Deque<Layer> layers = byStoredWeight.get(input);
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
