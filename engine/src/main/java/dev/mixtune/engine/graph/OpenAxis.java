package dev.mixtune.engine.graph;

import ai.onnx.proto.OnnxMl.TensorShapeProto.Dimension;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * An axis of a model's input that has a name and no length, and is not the batch.
 *
 * @param name as the model calls it
 * @param input the first input that has it
 * @param position of the axis in that input's shape, at least 1
 */
public record OpenAxis(String name, String input, int position) {

  /** The open axes of a graph's inputs, each name once. */
  static List<OpenAxis> of(Graph graph) {
    Set<String> batch = new HashSet<>();
    Map<String, OpenAxis> open = new LinkedHashMap<>();
    for (ValueInfoProto input : graph.inputs()) {
      List<Dimension> axes = input.getType().getTensorType().getShape().getDimList();
      for (int i = 0; i < axes.size(); i++) {
        String name = axes.get(i).getDimParam();
        if (i == 0) {
          batch.add(name);
        } else if (!name.isEmpty()) {
          open.putIfAbsent(name, new OpenAxis(name, input.getName(), i));
        }
      }
    }
    open.keySet().removeAll(batch);
    return List.copyOf(open.values());
  }
}
