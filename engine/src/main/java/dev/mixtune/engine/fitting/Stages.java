package dev.mixtune.engine.fitting;

import ai.onnx.proto.OnnxMl.NodeProto;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.graph.Graph;
import dev.mixtune.engine.graph.Network;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Orders a network's layers into stages. Layers of one stage see each other unrounded, so their
 * inputs are read in one run over the samples; layers of later stages see them rounded.
 */
final class Stages {
  /** More would make the time grow with the square of the layers. */
  private static final int MOST = 72;

  private Stages() {}

  /** Stages of the layers that can be fitted, in execution order; neighbours may share one. */
  static List<List<Layer>> of(Network network) {
    int least = (network.layers().size() + MOST - 1) / MOST;
    Map<String, Set<Integer>> ancestors = ancestors(network);
    Map<String, NodeProto> nodes = new HashMap<>();
    network.graph().nodes().forEach(node -> nodes.put(node.getName(), node));
    List<List<Layer>> stages = new ArrayList<>();
    List<Layer> current = new ArrayList<>();
    for (Layer layer : network.layers()) {
      if (!PatchReader.reads(layer)) {
        continue;
      }
      String input = Objects.requireNonNull(nodes.get(layer.name())).getInput(0);
      Set<Integer> before = ancestors.getOrDefault(input, Set.of());
      boolean independent = current.stream().noneMatch(other -> before.contains(other.index()));
      if (!independent && current.size() >= least) {
        stages.add(current);
        current = new ArrayList<>();
      }
      current.add(layer);
    }
    if (!current.isEmpty()) {
      stages.add(current);
    }
    return stages;
  }

  /** The layers that each value depends on. */
  private static Map<String, Set<Integer>> ancestors(Network network) {
    Graph graph = network.graph();
    Map<String, Integer> layers = new HashMap<>();
    network.layers().forEach(layer -> layers.put(layer.name(), layer.index()));
    Map<String, Set<Integer>> ancestors = new HashMap<>();
    for (NodeProto node : graph.nodes()) {
      Set<Integer> all = new HashSet<>();
      for (String input : node.getInputList()) {
        all.addAll(ancestors.getOrDefault(input, Set.of()));
      }
      Integer own = layers.get(node.getName());
      if (own != null) {
        all.add(own);
      }
      node.getOutputList().forEach(output -> ancestors.put(output, all));
    }
    return ancestors;
  }
}
