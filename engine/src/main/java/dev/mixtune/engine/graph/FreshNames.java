package dev.mixtune.engine.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.HashSet;
import java.util.Set;

/** Names of values and nodes that a graph and the bodies in it do not have yet. */
final class FreshNames {
  private final Set<String> taken = new HashSet<>();

  private FreshNames() {}

  /** Names that are new in this graph. */
  static FreshNames in(GraphProto graph) {
    FreshNames names = new FreshNames();
    names.take(graph);
    return names;
  }

  private void take(GraphProto graph) {
    graph.getInitializerList().forEach(constant -> taken.add(constant.getName()));
    graph.getInputList().forEach(input -> taken.add(input.getName()));
    graph.getOutputList().forEach(output -> taken.add(output.getName()));
    for (NodeProto node : graph.getNodeList()) {
      taken.add(node.getName());
      taken.addAll(node.getInputList());
      taken.addAll(node.getOutputList());
      for (AttributeProto attribute : node.getAttributeList()) {
        if (attribute.hasG()) {
          take(attribute.getG());
        }
      }
    }
  }

  /** A new name that begins like this. */
  String like(String wanted) {
    String name = wanted;
    for (int copy = 2; !taken.add(name); copy++) {
      name = wanted + "#" + copy;
    }
    return name;
  }
}
