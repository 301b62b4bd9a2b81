package dev.mixtune.engine.fitting;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import dev.mixtune.engine.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The input of a layer that everything behind it depends on, as it was read for all samples: later
 * layers are computed from there instead of from the network's inputs, which keeps the time
 * proportional to the number of layers.
 *
 * @param layer name of the layer's node
 * @param values one per batch
 */
record Checkpoint(String layer, List<Tensor.Floats> values) {

  /**
   * The value of a model that the checkpoint stands for; empty when somebody reads it otherwise
   * than the layer does.
   */
  Optional<String> in(ModelProto model) {
    Map<String, NodeProto> producers = new HashMap<>();
    Map<String, Integer> readers = new HashMap<>();
    NodeProto reader = null;
    for (NodeProto node : model.getGraph().getNodeList()) {
      node.getOutputList().forEach(output -> producers.put(output, node));
      node.getInputList().forEach(input -> readers.merge(input, 1, Integer::sum));
      reader = node.getName().equals(layer) ? node : reader;
    }
    if (reader == null) {
      return Optional.empty();
    }
    String value = reader.getInput(0);
    NodeProto before = producers.get(value);
    if (before != null && before.getOpType().equals("DynamicQuantizeLinear")) {
      return Optional.of(before.getInput(0));
    }
    if (before == null || !before.getOpType().equals("DequantizeLinear")) {
      return Optional.of(value);
    }
    // What was read lies on the grid: quantized again it stays what it is.
    NodeProto quantize = producers.get(before.getInput(0));
    return Optional.ofNullable(quantize)
        .filter(node -> node.getOpType().equals("QuantizeLinear"))
        .map(node -> node.getInput(0))
        .filter(raw -> readers.getOrDefault(raw, 0) == 1);
  }
}
