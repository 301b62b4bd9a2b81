package dev.mixtune.engine.lowering;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import dev.mixtune.engine.graph.Graph;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Assembles a lowered model. Equal constants are stored once. */
final class GraphBuilder {
  static final String MICROSOFT = "com.microsoft";

  /** DequantizeLinear with one scale per channel entered ONNX's own operator set here. */
  private static final long PER_CHANNEL_OPSET = 13;

  private final Graph source;
  private final GraphProto.Builder graph;
  private final Set<String> taken = new HashSet<>();
  private final Map<TensorProto, String> constants = new HashMap<>();
  private final Map<String, TensorProto> kept = new LinkedHashMap<>();
  private int next;
  private boolean usesMicrosoft;

  GraphBuilder(Graph source) {
    this.source = source;
    GraphProto original = source.model().getGraph();
    this.graph = GraphProto.newBuilder().setName(original.getName());
    graph.addAllInput(source.inputs()).addAllOutput(original.getOutputList());
    original.getInitializerList().forEach(constant -> taken.add(constant.getName()));
    source.inputs().forEach(input -> taken.add(input.getName()));
    for (NodeProto node : source.nodes()) {
      taken.addAll(node.getOutputList());
    }
  }

  /** A name that nothing else in the graph has; short, because files carry thousands of them. */
  String freshName() {
    String name;
    do {
      name = "m" + next++;
    } while (!taken.add(name));
    return name;
  }

  /** A name close to {@code wanted} that nothing else in the graph has. */
  String freshName(String wanted) {
    return taken.add(wanted) ? wanted : freshName();
  }

  /** Adds a constant, or finds the equal one that is already there. */
  String constant(TensorProto tensor) {
    return constants.computeIfAbsent(
        tensor.toBuilder().clearName().build(),
        content -> {
          String name = freshName();
          kept.put(name, content.toBuilder().setName(name).build());
          return name;
        });
  }

  /** Adds a constant under a name of its own. */
  String constant(String name, TensorProto tensor) {
    kept.putIfAbsent(name, tensor.toBuilder().setName(name).build());
    return name;
  }

  /** Keeps a constant of the source model, if {@code value} is one. */
  void keep(String value) {
    source.constant(value).ifPresent(constant -> kept.putIfAbsent(value, constant));
  }

  /** Adds a node as it is. */
  void add(NodeProto node) {
    usesMicrosoft |= node.getDomain().equals(MICROSOFT);
    node.getInputList().forEach(this::keep);
    node.getAttributeList().forEach(this::keepCaptured);
    graph.addNode(node);
  }

  /** Bodies of control-flow nodes read constants from outside. */
  private void keepCaptured(AttributeProto attribute) {
    if (attribute.hasG()) {
      for (NodeProto inner : attribute.getG().getNodeList()) {
        inner.getInputList().forEach(this::keep);
        inner.getAttributeList().forEach(this::keepCaptured);
      }
    }
  }

  /** Adds a node and returns the name of its output. */
  String node(String op, List<String> inputs, AttributeProto... attributes) {
    return node(freshName(), op, "", inputs, attributes);
  }

  /** Adds a node that writes {@code output}, which it returns. */
  String node(
      String output, String op, String domain, List<String> inputs, AttributeProto... attributes) {
    add(
        NodeProto.newBuilder()
            .setOpType(op)
            .setDomain(domain)
            .addAllInput(inputs)
            .addOutput(output)
            .addAllAttribute(List.of(attributes))
            .build());
    return output;
  }

  /** The operator domain of QuantizeLinear and DequantizeLinear with per-channel scales. */
  String quantizationDomain() {
    return source.opset() >= PER_CHANNEL_OPSET ? "" : MICROSOFT;
  }

  ModelProto build() {
    ModelProto.Builder model =
        ModelProto.newBuilder()
            .setIrVersion(Math.max(7, source.model().getIrVersion()))
            .setProducerName("mixtune")
            .addAllOpsetImport(source.model().getOpsetImportList());
    boolean imported =
        model.getOpsetImportList().stream().anyMatch(o -> o.getDomain().equals(MICROSOFT));
    if (usesMicrosoft && !imported) {
      model.addOpsetImport(OperatorSetIdProto.newBuilder().setDomain(MICROSOFT).setVersion(1));
    }
    source.outputs().forEach(output -> keep(output.getName()));
    return model.setGraph(graph.clone().addAllInitializer(kept.values())).build();
  }

  static AttributeProto attribute(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  static AttributeProto attribute(String name, String value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.STRING)
        .setS(ByteString.copyFromUtf8(value))
        .build();
  }
}
