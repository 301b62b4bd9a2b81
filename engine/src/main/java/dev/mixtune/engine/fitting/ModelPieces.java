package dev.mixtune.engine.fitting;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Values through which everything goes: what a model computes behind such a value depends on
 * nothing before it but the value itself, so that the model can be run in pieces.
 */
final class ModelPieces {
  /** Shortest piece, as a share of all nodes: every piece costs a session. */
  private static final int MOST = 12;

  private ModelPieces() {}

  /**
   * Where a model can be cut, in execution order; at most a dozen places, and never at its inputs.
   *
   * @param model nodes in topological order, without control flow across its values
   * @param free inputs that every piece may read
   * @param floats where it may be cut: a piece declares what it is given as floats
   */
  static List<String> cuts(ModelProto model, Set<String> free, Set<String> floats) {
    return cuts(model, free, floats, MOST);
  }

  /** All such places where a model can be cut, in execution order. */
  static List<String> allCuts(ModelProto model, Set<String> floats) {
    return cuts(model, Set.of(), floats, Integer.MAX_VALUE);
  }

  private static List<String> cuts(
      ModelProto model, Set<String> free, Set<String> floats, int most) {
    List<NodeProto> nodes = model.getGraph().getNodeList();
    Map<String, Integer> lastRead = new HashMap<>();
    for (int i = 0; i < nodes.size(); i++) {
      for (String input : Set.copyOf(nodes.get(i).getInputList())) {
        lastRead.put(input, i);
      }
      if (nodes.get(i).getAttributeList().stream().anyMatch(a -> a.hasG())) {
        return List.of();
      }
    }
    model.getGraph().getOutputList().forEach(out -> lastRead.put(out.getName(), nodes.size()));
    Set<String> live = new HashSet<>();
    model.getGraph().getInputList().forEach(input -> live.add(input.getName()));
    Set<String> wanted = new HashSet<>(floats);
    wanted.removeAll(live);
    live.removeAll(free);
    List<String> cuts = new ArrayList<>();
    int last = 0;
    for (int i = 0; i < nodes.size(); i++) {
      live.addAll(nodes.get(i).getOutputList());
      int now = i;
      live.removeIf(value -> lastRead.getOrDefault(value, -1) <= now);
      if (live.size() == 1
          && wanted.containsAll(live)
          && (long) (i - last) * most >= nodes.size()) {
        cuts.addAll(live);
        last = i;
      }
    }
    return cuts;
  }
}
