package dev.mixtune.engine.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Hard sigmoids that an exporter wrote in pieces: Add 3, Clip to 0 and 6, divide by 6, with the
 * product of a HardSwish (Howard et al. 2019, arXiv:1905.02244, section 5.2) in front of the
 * division or behind it. As one HardSigmoid, and a Mul, they pass over the values twice instead of
 * four times, in float and between integers; ONNX Runtime does not do it by itself.
 */
final class HardSigmoids {
  private static final float SHIFT = 3;
  private static final float TOP = 6;

  private final Map<String, TensorProto> constants = new HashMap<>();
  private final Map<String, List<NodeProto>> readers = new HashMap<>();
  private final Set<String> exposed = new HashSet<>();
  private final Set<NodeProto> replaced = new HashSet<>();
  private final Map<NodeProto, List<NodeProto>> instead = new HashMap<>();

  private HardSigmoids(GraphProto graph) {
    graph.getInitializerList().forEach(constant -> constants.put(constant.getName(), constant));
    graph.getOutputList().stream().map(ValueInfoProto::getName).forEach(exposed::add);
    for (NodeProto node : graph.getNodeList()) {
      exposed.addAll(Graph.readByBodies(node));
      for (String input : Set.copyOf(node.getInputList())) {
        readers.computeIfAbsent(input, key -> new ArrayList<>()).add(node);
      }
    }
    graph.getNodeList().stream().filter(node -> node.getOpType().equals("Add")).forEach(this::find);
  }

  /** The model with hard sigmoids in one piece; the model itself where there are none. */
  static ModelProto joined(ModelProto model) {
    HardSigmoids found = new HardSigmoids(model.getGraph());
    if (found.instead.isEmpty()) {
      return model;
    }
    ModelProto.Builder joined = model.toBuilder();
    joined.getGraphBuilder().clearNode();
    for (NodeProto node : model.getGraph().getNodeList()) {
      if (found.instead.containsKey(node)) {
        joined.getGraphBuilder().addAllNode(found.instead.getOrDefault(node, List.of()));
      } else if (!found.replaced.contains(node)) {
        joined.getGraphBuilder().addNode(node);
      }
    }
    return joined.build();
  }

  /** A chain that begins with this Add. */
  private void find(NodeProto add) {
    String x = shifted(add);
    NodeProto clip = x == null ? null : next(add, "Clip");
    if (x == null || clip == null || !isClip(clip)) {
      return;
    }
    NodeProto scaled = next(clip, "Div", "Mul");
    if (scaled == null) {
      return;
    }
    if (dividesBySix(scaled, clip.getOutput(0))) {
      String output = scaled.getOutput(0);
      replace(List.of(add, clip), scaled, hardSigmoid(x, output, scaled.getName()));
    } else if (isProduct(scaled, clip.getOutput(0), x)) {
      NodeProto division = next(scaled, "Div", "Mul");
      if (division != null && dividesBySix(division, scaled.getOutput(0))) {
        // The clipped value's name is free: nothing else reads it.
        String gate = clip.getOutput(0);
        NodeProto product =
            NodeProto.newBuilder()
                .setOpType("Mul")
                .setName(division.getName())
                .addInput(x)
                .addInput(gate)
                .addOutput(division.getOutput(0))
                .build();
        replace(
            List.of(add, clip, scaled), division, hardSigmoid(x, gate, clip.getName()), product);
      }
    }
  }

  private void replace(List<NodeProto> before, NodeProto last, NodeProto... nodes) {
    replaced.addAll(before);
    instead.put(last, List.of(nodes));
  }

  private static NodeProto hardSigmoid(String input, String output, String name) {
    return NodeProto.newBuilder()
        .setOpType("HardSigmoid")
        .setName(name)
        .addInput(input)
        .addOutput(output)
        .addAttribute(real("alpha", 1 / TOP))
        .addAttribute(real("beta", SHIFT / TOP))
        .build();
  }

  private static AttributeProto real(String name, float value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.FLOAT)
        .setF(value)
        .build();
  }

  /** What an Add shifts by 3; null when it does something else. */
  private @Nullable String shifted(NodeProto add) {
    if (!Graph.isStandard(add)) {
      return null;
    }
    for (int i = 0; i < 2; i++) {
      if (is(add.getInput(i), SHIFT) && !constants.containsKey(add.getInput(1 - i))) {
        return add.getInput(1 - i);
      }
    }
    return null;
  }

  private boolean isClip(NodeProto clip) {
    return clip.getInputCount() == 3 && is(clip.getInput(1), 0) && is(clip.getInput(2), TOP);
  }

  private boolean dividesBySix(NodeProto node, String value) {
    if (node.getOpType().equals("Div")) {
      return node.getInput(0).equals(value) && is(node.getInput(1), TOP);
    }
    int other = node.getInput(0).equals(value) ? 1 : 0;
    return is(node.getInput(other), 1 / TOP);
  }

  private static boolean isProduct(NodeProto node, String a, String b) {
    return node.getOpType().equals("Mul") && Set.copyOf(node.getInputList()).equals(Set.of(a, b));
  }

  /** The node that alone reads what this one writes, if it is of one of these kinds. */
  private @Nullable NodeProto next(NodeProto node, String... kinds) {
    List<NodeProto> all = readers.getOrDefault(node.getOutput(0), List.of());
    return all.size() == 1
            && !exposed.contains(node.getOutput(0))
            && Graph.isStandard(all.get(0))
            && List.of(kinds).contains(all.get(0).getOpType())
        ? all.get(0)
        : null;
  }

  /** Whether a value is a float constant of one element, up to the rounding of 1/6. */
  private boolean is(String value, float wanted) {
    return Optional.ofNullable(constants.get(value))
        .filter(tensor -> tensor.getDataType() == Constants.FLOAT)
        .filter(
            tensor -> tensor.getDimsCount() <= 1 && Constants.elements(tensor.getDimsList()) == 1)
        .map(tensor -> Math.abs(Constants.floats(tensor)[0] - wanted) <= 1e-6f)
        .orElse(false);
  }
}
