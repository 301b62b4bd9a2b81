package dev.mixtune.engine.fitting;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.mixtune.engine.graph.Constants;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** The part of a model that computes some of its values, from its inputs or from other values. */
final class PrefixModel {
  private PrefixModel() {}

  /**
   * Cuts a model.
   *
   * @param model the model
   * @param values computed by nodes of the model's main graph; the outputs of the answer
   */
  static ModelProto of(ModelProto model, Collection<String> values) {
    return of(model, Set.of(), values);
  }

  /**
   * Cuts a model at both ends.
   *
   * @param model the model
   * @param given float values of the model's main graph that become inputs of the answer
   * @param values computed by nodes of the model's main graph; the outputs of the answer
   */
  static ModelProto of(ModelProto model, Set<String> given, Collection<String> values) {
    GraphProto graph = model.getGraph();
    Map<String, NodeProto> producers = new HashMap<>();
    for (NodeProto node : graph.getNodeList()) {
      node.getOutputList().forEach(output -> producers.put(output, node));
    }
    Set<String> needed = new HashSet<>();
    Set<NodeProto> kept = java.util.Collections.newSetFromMap(new java.util.IdentityHashMap<>());
    Deque<String> open = new ArrayDeque<>(values);
    while (!open.isEmpty()) {
      String value = open.pop();
      NodeProto producer = given.contains(value) ? null : producers.get(value);
      if (needed.add(value) && producer != null && kept.add(producer)) {
        open.addAll(producer.getInputList());
        open.addAll(captured(producer));
      }
    }
    GraphProto.Builder cut = graph.toBuilder().clearNode().clearInitializer().clearOutput();
    cut.clearValueInfo().clearInput();
    graph.getInputList().stream()
        .filter(input -> given.isEmpty() || needed.contains(input.getName()))
        .forEach(cut::addInput);
    given.stream().filter(needed::contains).sorted().forEach(value -> cut.addInput(port(value)));
    graph.getNodeList().stream().filter(kept::contains).forEach(cut::addNode);
    graph.getInitializerList().stream()
        .filter(constant -> needed.contains(constant.getName()))
        .forEach(cut::addInitializer);
    for (String value : new LinkedHashSet<>(values)) {
      cut.addOutput(ValueInfoProto.newBuilder().setName(value));
    }
    return model.toBuilder().setGraph(cut).build();
  }

  private static ValueInfoProto port(String value) {
    return ValueInfoProto.newBuilder()
        .setName(value)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(TypeProto.Tensor.newBuilder().setElemType(Constants.FLOAT)))
        .build();
  }

  /** Bodies of control-flow nodes read values from outside. */
  private static Set<String> captured(NodeProto node) {
    Set<String> values = new HashSet<>();
    node.getAttributeList().stream()
        .filter(attribute -> attribute.hasG())
        .forEach(
            attribute ->
                attribute
                    .getG()
                    .getNodeList()
                    .forEach(
                        inner -> {
                          values.addAll(inner.getInputList());
                          values.addAll(captured(inner));
                        }));
    return values;
  }
}
