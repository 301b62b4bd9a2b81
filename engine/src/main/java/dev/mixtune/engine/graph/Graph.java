package dev.mixtune.engine.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
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
  private final Set<String> inputs = new HashSet<>();
  private final Set<String> captured = new HashSet<>();
  private final Map<String, long[]> shapes;
  private final boolean half;

  /**
   * @param model canonical: constants are initializers, nodes are in topological order
   * @param shapes shape of every value at batch 1; unknown axes are -1
   * @param half whether the user's model is stored in half precision
   */
  Graph(ModelProto model, Map<String, long[]> shapes, boolean half) {
    this.model = model;
    this.half = half;
    this.shapes = Map.copyOf(shapes);
    for (TensorProto constant : model.getGraph().getInitializerList()) {
      constants.put(constant.getName(), constant);
    }
    for (NodeProto node : model.getGraph().getNodeList()) {
      node.getOutputList().forEach(output -> producers.put(output, node));
      captured.addAll(readByBodies(node));
      for (String input : new HashSet<>(node.getInputList())) {
        consumers.computeIfAbsent(input, key -> new ArrayList<>()).add(node);
      }
    }
    inputs().forEach(input -> inputs.add(input.getName()));
    model.getGraph().getOutputList().forEach(output -> outputs.add(output.getName()));
  }

  /** The same graph with other values of constants. */
  Graph with(ModelProto changed) {
    return new Graph(changed, shapes, half);
  }

  /** The model that this graph stands for. */
  public ModelProto model() {
    return model;
  }

  /**
   * Whether the user's model is stored in half precision. Its constants are float32 here; those
   * that half precision still holds exactly are to be stored as they were.
   */
  public boolean isHalf() {
    return half;
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

  /**
   * Whether something finds the value by its name: the user, as a graph output, or the body of a
   * control-flow node. Such a value must stay float under its own name.
   */
  public boolean isExposed(String value) {
    return outputs.contains(value) || captured.contains(value);
  }

  /** Whether the value is a constant. */
  public boolean isConstant(String value) {
    return constants.containsKey(value);
  }

  /** Whether the value is computed or a graph input. */
  public boolean isActivation(String value) {
    return producers.containsKey(value) || inputs.contains(value);
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

  /**
   * Names that the bodies of a control-flow node read, values of their own included; empty for
   * other nodes.
   */
  public static Set<String> readByBodies(NodeProto node) {
    Set<String> names = new LinkedHashSet<>();
    for (AttributeProto attribute : node.getAttributeList()) {
      if (attribute.hasG()) {
        for (NodeProto inner : attribute.getG().getNodeList()) {
          names.addAll(inner.getInputList());
          names.addAll(readByBodies(inner));
        }
        attribute.getG().getOutputList().forEach(output -> names.add(output.getName()));
      }
    }
    return names;
  }

  /** Whether the node is one of ONNX's own operators. */
  public static boolean isStandard(NodeProto node) {
    return node.getDomain().isEmpty() || node.getDomain().equals("ai.onnx");
  }

  /** The integer attribute of a node, or its default. */
  public static long intAttribute(NodeProto node, String name, long absent) {
    return attribute(node, name).map(AttributeProto::getI).orElse(absent);
  }

  /** The float attribute of a node, or its default. */
  public static float floatAttribute(NodeProto node, String name, float absent) {
    return attribute(node, name).map(AttributeProto::getF).orElse(absent);
  }

  /** The text attribute of a node, or its default. */
  public static String textAttribute(NodeProto node, String name, String absent) {
    return attribute(node, name).map(a -> a.getS().toStringUtf8()).orElse(absent);
  }

  private static Optional<AttributeProto> attribute(NodeProto node, String name) {
    return node.getAttributeList().stream().filter(a -> a.getName().equals(name)).findFirst();
  }
}
