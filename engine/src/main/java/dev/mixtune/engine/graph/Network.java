package dev.mixtune.engine.graph;

import dev.mixtune.engine.Layer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An imported model: its canonical graph and its layers.
 *
 * @param graph the canonical graph; every plan is lowered from it
 * @param layers quantizable layers in execution order
 * @param file file name of the model
 * @param sha256 of the model file and its external data, hexadecimal
 * @param fileBytes size of the model file and its external data
 * @param originalModel the model as read, for the float reference
 */
@SuppressWarnings("ArrayRecordComponent") // the bytes of one model, never changed
public record Network(
    Graph graph,
    List<Layer> layers,
    String file,
    String sha256,
    long fileBytes,
    byte[] originalModel) {

  public Network {
    layers = List.copyOf(layers);
  }

  /** Indices of the layers of each group, groups in order of their first layer. */
  public Map<String, List<Integer>> groups() {
    Map<String, List<Integer>> groups = new LinkedHashMap<>();
    for (Layer layer : layers) {
      groups.computeIfAbsent(layer.group(), key -> new ArrayList<>()).add(layer.index());
    }
    return groups;
  }

  /** Operators with weights that every plan leaves as they are, and why. */
  public List<FloatOperator> floatOperators() {
    return FloatOperator.of(graph, layers);
  }

  /** The open axes of the inputs, batch aside; without values for them they count as 1. */
  public List<OpenAxis> openAxes() {
    return OpenAxis.of(graph);
  }

  /** Shape of the first input at batch 1; unknown axes are 1. */
  public List<Long> inputShape() {
    return graph.shape(graph.inputs().get(0).getName());
  }
}
