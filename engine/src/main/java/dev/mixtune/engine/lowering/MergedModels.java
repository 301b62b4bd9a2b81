package dev.mixtune.engine.lowering;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One model that answers like several: nodes that compute the same from the same values are kept
 * once. Plans that agree in their first layers then share the work of these layers, which makes
 * evaluating all plans of a small network many times cheaper.
 */
public final class MergedModels {
  private final Map<ByteString, String> constants = new HashMap<>();
  private final Map<List<Object>, List<String>> nodes = new HashMap<>();
  private final GraphProto.Builder graph;

  private MergedModels(GraphProto first) {
    this.graph = first.toBuilder().clearNode().clearInitializer().clearOutput().clearValueInfo();
  }

  /**
   * Merges models.
   *
   * @param models serialized ONNX, at least one, with equal inputs and one output each, without
   *     control flow
   * @return a serialized model with the outputs of all, in their order
   * @throws IllegalArgumentException when a model is none, or not like that
   */
  public static byte[] merge(List<byte[]> models) {
    try {
      ModelProto first = ModelProto.parseFrom(models.get(0));
      MergedModels merged = new MergedModels(first.getGraph());
      for (int i = 0; i < models.size(); i++) {
        merged.add(ModelProto.parseFrom(models.get(i)).getGraph(), "answer" + i);
      }
      return first.toBuilder().setGraph(merged.graph).build().toByteArray();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("not an ONNX model", e);
    }
  }

  private void add(GraphProto model, String output) {
    if (model.getOutputCount() != 1) {
      throw new IllegalArgumentException(model.getOutputCount() + " outputs, one is merged");
    }
    Map<String, String> names = new HashMap<>();
    names.put("", "");
    model.getInputList().forEach(input -> names.put(input.getName(), input.getName()));
    for (TensorProto constant : model.getInitializerList()) {
      names.put(constant.getName(), constant(constant));
    }
    for (NodeProto node : model.getNodeList()) {
      List<String> outputs = node(node, names);
      for (int i = 0; i < outputs.size(); i++) {
        names.put(node.getOutput(i), outputs.get(i));
      }
    }
    ValueInfoProto answer = model.getOutput(0);
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType("Identity")
            .setName("name_" + output)
            .addInput(names.get(answer.getName()))
            .addOutput(output));
    graph.addOutput(answer.toBuilder().setName(output));
  }

  private String constant(TensorProto constant) {
    ByteString content = constant.toBuilder().clearName().clearDocString().build().toByteString();
    return constants.computeIfAbsent(
        content,
        unseen -> {
          String name = "constant" + constants.size();
          graph.addInitializer(constant.toBuilder().setName(name));
          return name;
        });
  }

  private List<String> node(NodeProto node, Map<String, String> names) {
    List<Object> key = new ArrayList<>(List.of(node.getOpType(), node.getDomain()));
    for (String input : node.getInputList()) {
      key.add(names.get(input));
    }
    key.add(node.getOutputCount());
    node.getAttributeList().stream()
        .sorted(Comparator.comparing(AttributeProto::getName))
        .forEach(attribute -> key.add(plain(attribute).toByteString()));
    return nodes.computeIfAbsent(
        key,
        unseen -> {
          NodeProto.Builder copy =
              node.toBuilder().clearInput().clearOutput().setName("node" + nodes.size());
          node.getInputList().forEach(input -> copy.addInput(names.get(input)));
          List<String> outputs = new ArrayList<>();
          for (int i = 0; i < node.getOutputCount(); i++) {
            outputs.add(node.getOutput(i).isEmpty() ? "" : "value" + nodes.size() + "_" + i);
          }
          graph.addNode(copy.addAllOutput(outputs));
          return outputs;
        });
  }

  private static AttributeProto plain(AttributeProto attribute) {
    if (attribute.hasG() || attribute.getGraphsCount() > 0) {
      throw new IllegalArgumentException("control flow is not merged");
    }
    return attribute;
  }
}
