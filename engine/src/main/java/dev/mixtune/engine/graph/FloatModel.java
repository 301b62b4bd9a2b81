package dev.mixtune.engine.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Rewrites a half-precision model to float32: ONNX Runtime's CPU provider computes in float32
 * anyway, and the integer patterns need it. Inputs and outputs keep their types, behind a Cast.
 */
final class FloatModel {
  /** Operators whose attribute dtype says what they answer with. */
  private static final Set<String> TYPED =
      Set.of("RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "EyeLike");

  private FloatModel() {}

  /** Whether the model has half-precision constants, inputs or outputs. */
  static boolean isHalf(ModelProto model) {
    GraphProto graph = model.getGraph();
    return graph.getInitializerList().stream()
            .anyMatch(tensor -> tensor.getDataType() == Constants.FLOAT16)
        || graph.getInputList().stream().anyMatch(FloatModel::isHalf)
        || graph.getOutputList().stream().anyMatch(FloatModel::isHalf)
        || graph.getNodeList().stream()
            .flatMap(node -> node.getAttributeList().stream())
            .anyMatch(
                attribute ->
                    attribute.hasT() && attribute.getT().getDataType() == Constants.FLOAT16);
  }

  private static boolean isHalf(ValueInfoProto value) {
    return value.getType().hasTensorType()
        && value.getType().getTensorType().getElemType() == Constants.FLOAT16;
  }

  /** The same model in float32. Constants must not be inputs. */
  static ModelProto of(ModelProto model) {
    GraphProto original = model.getGraph();
    FreshNames names = FreshNames.in(original);
    GraphProto.Builder graph = original.toBuilder();
    widen(graph);
    Map<String, String> renamed = new HashMap<>();
    GraphProto.Builder casts = GraphProto.newBuilder();
    for (int i = 0; i < original.getInputCount(); i++) {
      if (isHalf(original.getInput(i))) {
        String name = original.getInput(i).getName();
        graph.setInput(i, original.getInput(i));
        renamed.put(name, names.like(name + "/float"));
        casts.addNode(cast(name, renamed.get(name), Constants.FLOAT));
      }
    }
    GraphProto.Builder closing = GraphProto.newBuilder();
    for (int i = 0; i < original.getOutputCount(); i++) {
      String name = original.getOutput(i).getName();
      if (isHalf(original.getOutput(i)) && !renamed.containsKey(name)) {
        graph.setOutput(i, original.getOutput(i));
        renamed.put(name, names.like(name + "/float"));
        closing.addNode(cast(renamed.get(name), name, Constants.FLOAT16));
      }
    }
    rename(graph, renamed);
    casts.addAllNode(graph.getNodeList()).addAllNode(closing.getNodeList());
    return model.toBuilder()
        .setGraph(graph.clearNode().addAllNode(casts.getNodeList()).clearValueInfo())
        .build();
  }

  /** A Cast to an ONNX data type. */
  static NodeProto cast(String from, String to, int type) {
    return NodeProto.newBuilder()
        .setOpType("Cast")
        .addInput(from)
        .addOutput(to)
        .addAttribute(
            AttributeProto.newBuilder()
                .setName("to")
                .setType(AttributeProto.AttributeType.INT)
                .setI(type))
        .build();
  }

  /** In bodies too: what they declare must be what they get. */
  private static void widen(GraphProto.Builder graph) {
    graph.getInputBuilderList().forEach(FloatModel::widen);
    graph.getOutputBuilderList().forEach(FloatModel::widen);
    graph.clearValueInfo();
    for (TensorProto.Builder constant : graph.getInitializerBuilderList()) {
      widen(constant);
    }
    for (NodeProto.Builder node : graph.getNodeBuilderList()) {
      for (AttributeProto.Builder attribute : node.getAttributeBuilderList()) {
        if (attribute.hasG()) {
          widen(attribute.getGBuilder());
        } else if (attribute.hasT()) {
          widen(attribute.getTBuilder());
        } else if (attribute.getI() == Constants.FLOAT16 && namesType(node, attribute)) {
          attribute.setI(Constants.FLOAT);
        }
      }
    }
  }

  private static boolean namesType(NodeProto.Builder node, AttributeProto.Builder attribute) {
    return switch (attribute.getName()) {
      case "to" -> node.getOpType().equals("Cast");
      case "dtype" -> TYPED.contains(node.getOpType());
      default -> false;
    };
  }

  private static void widen(ValueInfoProto.Builder value) {
    TypeProto.Builder type = value.getTypeBuilder();
    if (type.hasTensorType() && type.getTensorType().getElemType() == Constants.FLOAT16) {
      type.getTensorTypeBuilder().setElemType(Constants.FLOAT);
    }
  }

  private static void widen(TensorProto.Builder tensor) {
    if (tensor.getDataType() == Constants.FLOAT16) {
      TensorProto wide = Constants.widened(tensor.build());
      tensor.clear().mergeFrom(wide);
    }
  }

  private static void rename(GraphProto.Builder graph, Map<String, String> renamed) {
    for (NodeProto.Builder node : graph.getNodeBuilderList()) {
      for (int i = 0; i < node.getInputCount(); i++) {
        node.setInput(i, renamed.getOrDefault(node.getInput(i), node.getInput(i)));
      }
      for (int i = 0; i < node.getOutputCount(); i++) {
        node.setOutput(i, renamed.getOrDefault(node.getOutput(i), node.getOutput(i)));
      }
      for (AttributeProto.Builder attribute : node.getAttributeBuilderList()) {
        if (attribute.hasG()) {
          renameCaptured(attribute.getGBuilder(), renamed);
        }
      }
    }
    for (TensorProto.Builder constant : graph.getInitializerBuilderList()) {
      constant.setName(renamed.getOrDefault(constant.getName(), constant.getName()));
    }
  }

  /** Names are unique in all of a model, bodies included, so the same map holds in a body. */
  private static void renameCaptured(GraphProto.Builder body, Map<String, String> renamed) {
    rename(body, renamed);
    for (ValueInfoProto.Builder output : body.getOutputBuilderList()) {
      output.setName(renamed.getOrDefault(output.getName(), output.getName()));
    }
  }
}
