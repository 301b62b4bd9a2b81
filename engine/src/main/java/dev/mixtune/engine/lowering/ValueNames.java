package dev.mixtune.engine.lowering;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Names of values in a graph and in the bodies of its control-flow nodes. */
final class ValueNames {
  private static final String LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  private static final String LETTERS_AND_DIGITS = LETTERS + "0123456789";

  private final Map<String, String> shortNames = new HashMap<>();
  private final Set<String> fixed = new HashSet<>();
  private int next;

  private ValueNames(GraphProto graph) {
    graph.getInputList().forEach(input -> fixed.add(input.getName()));
    graph.getOutputList().forEach(output -> fixed.add(output.getName()));
    fixed.addAll(insideBodies(graph));
    fixed.add("");
  }

  /**
   * The same graph with short names for all values but its inputs, its outputs and whatever bodies
   * of control-flow nodes mention.
   */
  static GraphProto shorten(GraphProto graph) {
    ValueNames names = new ValueNames(graph);
    GraphProto.Builder shortened = graph.toBuilder();
    for (NodeProto.Builder node : shortened.getNodeBuilderList()) {
      for (int i = 0; i < node.getInputCount(); i++) {
        node.setInput(i, names.shortName(node.getInput(i)));
      }
      for (int i = 0; i < node.getOutputCount(); i++) {
        node.setOutput(i, names.shortName(node.getOutput(i)));
      }
    }
    for (TensorProto.Builder constant : shortened.getInitializerBuilderList()) {
      constant.setName(names.shortName(constant.getName()));
    }
    return shortened.build();
  }

  private String shortName(String name) {
    return fixed.contains(name) ? name : shortNames.computeIfAbsent(name, key -> nextName());
  }

  private String nextName() {
    String name;
    do {
      name = encode(next++);
    } while (fixed.contains(name));
    return name;
  }

  private static String encode(int number) {
    StringBuilder text = new StringBuilder();
    text.append(LETTERS.charAt(number % LETTERS.length()));
    int digits = LETTERS_AND_DIGITS.length();
    for (int rest = number / LETTERS.length(); rest > 0; rest = (rest - 1) / digits) {
      text.append(LETTERS_AND_DIGITS.charAt((rest - 1) % digits));
    }
    return text.toString();
  }

  /** All names in the bodies of a graph's control-flow nodes, defined there or outside. */
  static Set<String> insideBodies(GraphProto graph) {
    Set<String> names = new HashSet<>();
    for (NodeProto node : graph.getNodeList()) {
      node.getAttributeList().stream()
          .filter(AttributeProto::hasG)
          .forEach(attribute -> addAll(attribute.getG(), names));
    }
    return names;
  }

  private static void addAll(GraphProto body, Set<String> names) {
    body.getInputList().forEach(input -> names.add(input.getName()));
    body.getOutputList().forEach(output -> names.add(output.getName()));
    body.getInitializerList().forEach(constant -> names.add(constant.getName()));
    for (NodeProto node : body.getNodeList()) {
      names.addAll(node.getInputList());
      names.addAll(node.getOutputList());
    }
    names.addAll(insideBodies(body));
  }
}
