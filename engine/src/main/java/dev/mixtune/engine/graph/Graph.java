package dev.mixtune.engine.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A canonical ONNX graph with the look-ups that import, calibration and lowering need. */
public final class Graph {
  private final ModelProto model;
  private final Map<String, TensorProto> constants = new HashMap<>();
  private final Map<String, NodeProto> producers = new HashMap<>();
  private final Map<String, List<NodeProto>> consumers = new HashMap<>();
  private final Set<String> outputs = new HashSet<>();
  private final Map<String, long[]> shapes;

  /**
   * @param model canonical: constants are initializers, nodes are in topological order
   * @param shapes shape of every value at batch 1; unknown axes are -1
   */
  Graph(ModelProto model, Map<String, long[]> shapes) {
    this.model = model;
    this.shapes = Map.copyOf(shapes);
    for (TensorProto constant : model.getGraph().getInitializerList()) {
      constants.put(constant.getName(), constant);
    }
    for (NodeProto node : model.getGraph().getNodeList()) {
      node.getOutputList().forEach(output -> producers.put(output, node));
      for (String input : new HashSet<>(node.getInputList())) {
        consumers.computeIfAbsent(input, key -> new ArrayList<>()).add(node);
      }
    }
    model.getGraph().getOutputList().forEach(output -> outputs.add(output.getName()));
  }

  /** The model that this graph stands for. */
  public ModelProto model() {
    return model;
  }

  /** Nodes in topological order. */
  public List<NodeProto> nodes() {
    return model.getGraph().getNodeList();
  }

  /** Graph inputs that are not constants. */
  public List<ValueInfoProto> inputs() {
    return model.getGraph().getInputList().stream()
        .filter(input -> !constants.containsKey(input.getName()))
        .toList();
  }

  /** Graph outputs. */
  public List<ValueInfoProto> outputs() {
    return model.getGraph().getOutputList();
  }

  /** Whether the value is a graph output. */
  public boolean isOutput(String value) {
    return outputs.contains(value);
  }

  /** Whether the value is a constant. */
  public boolean isConstant(String value) {
    return constants.containsKey(value);
  }

  /** The constant of this name. */
  public Optional<TensorProto> constant(String value) {
    return Optional.ofNullable(constants.get(value));
  }

  /** The nodes that read the value, each once. Readers inside control-flow bodies do not count. */
  public List<NodeProto> consumers(String value) {
    return consumers.getOrDefault(value, List.of());
  }

  /** The node that writes the value; empty for graph inputs and constants. */
  public Optional<NodeProto> producer(String value) {
    return Optional.ofNullable(producers.get(value));
  }

  /** Shape at batch 1 with unknown axes taken as 1; empty when nothing is known. */
  public List<Long> shape(String value) {
    TensorProto constant = constants.get(value);
    if (constant != null) {
      return constant.getDimsList();
    }
    List<Long> axes = new ArrayList<>();
    for (long axis : shapes.getOrDefault(value, new long[0])) {
      axes.add(Math.max(1, axis));
    }
    return axes;
  }

  /** The version of ONNX's own operator set that the model imports. */
  public long opset() {
    return model.getOpsetImportList().stream()
        .filter(opset -> opset.getDomain().isEmpty() || opset.getDomain().equals("ai.onnx"))
        .mapToLong(OperatorSetIdProto::getVersion)
        .findFirst()
        .orElse(1);
  }

  /** Values that bodies of control-flow nodes read from outside. */
  static Set<String> capturedValues(GraphProto graph) {
    Set<String> captured = new HashSet<>();
    for (NodeProto node : graph.getNodeList()) {
      for (AttributeProto attribute : node.getAttributeList()) {
        if (attribute.hasG()) {
          attribute.getG().getNodeList().forEach(inner -> captured.addAll(inner.getInputList()));
          captured.addAll(capturedValues(attribute.getG()));
        }
      }
    }
    return captured;
  }

  /** The integer attribute of a node, or its default. */
  public static long intAttribute(NodeProto node, String name, long absent) {
    return attribute(node, name).map(AttributeProto::getI).orElse(absent);
  }

  /** The float attribute of a node, or its default. */
  public static float floatAttribute(NodeProto node, String name, float absent) {
    return attribute(node, name).map(AttributeProto::getF).orElse(absent);
  }

  private static Optional<AttributeProto> attribute(NodeProto node, String name) {
    return node.getAttributeList().stream().filter(a -> a.getName().equals(name)).findFirst();
  }
}
