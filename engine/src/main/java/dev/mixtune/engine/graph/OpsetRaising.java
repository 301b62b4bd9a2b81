package dev.mixtune.engine.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import dev.mixtune.engine.UserException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Rewrites models of opsets 7 to 10 to opset 11, the first in which the integer patterns can be
 * written. Most operators mean the same in 11; those whose attributes became inputs, or whose
 * meaning changed, are converted one by one, as ONNX Runtime understands the older ones.
 */
final class OpsetRaising {
  /** The opset that models are raised to. */
  static final long WANTED = 11;

  /** Older models are outside of what ONNX Runtime promises to run. */
  static final long LEAST = 7;

  /** Version 8 of Scan iterates over a batch axis that version 9 does not have. */
  private static final long SCAN_WITH_BATCH = 8;

  private static final long IR_VERSION = 7;

  private final Path file;
  private final long opset;
  private final FreshNames names;
  private final Map<String, TensorProto> constants = new HashMap<>();

  private OpsetRaising(Path file, long opset, ModelProto model) {
    this.file = file;
    this.opset = opset;
    this.names = FreshNames.in(model.getGraph());
  }

  /**
   * The model at opset 11, or as it is from 11 on.
   *
   * @param file for messages
   * @throws UserException when the model is older than opset 7, or has an operator that has no
   *     counterpart
   */
  static ModelProto raised(Path file, ModelProto model) {
    long opset =
        model.getOpsetImportList().stream()
            .filter(OpsetRaising::isStandard)
            .mapToLong(OperatorSetIdProto::getVersion)
            .findFirst()
            .orElse(1);
    if (opset >= WANTED) {
      return model;
    }
    if (opset < LEAST) {
      throw new UserException(
          "'" + file + "' uses ONNX opset " + opset + ", and " + LEAST + " is the oldest that runs",
          "Export it with opset 11 or later; 13 runs on the most runtimes.");
    }
    ModelProto.Builder raised = model.toBuilder();
    new OpsetRaising(file, opset, model).raise(raised.getGraphBuilder());
    for (OperatorSetIdProto.Builder domain : raised.getOpsetImportBuilderList()) {
      if (isStandard(domain.build())) {
        domain.setVersion(WANTED);
      }
    }
    return raised.setIrVersion(Math.max(IR_VERSION, model.getIrVersion())).build();
  }

  private static boolean isStandard(OperatorSetIdProto domain) {
    return domain.getDomain().isEmpty() || domain.getDomain().equals("ai.onnx");
  }

  private void raise(GraphProto.Builder graph) {
    graph.getInitializerList().forEach(tensor -> constants.put(tensor.getName(), tensor));
    for (NodeProto.Builder node : graph.getNodeBuilderList()) {
      for (AttributeProto.Builder attribute : node.getAttributeBuilderList()) {
        if (attribute.hasG()) {
          raise(attribute.getGBuilder());
        }
      }
      if (Graph.isStandard(node.build())) {
        convert(node, graph);
      }
    }
  }

  private void convert(NodeProto.Builder node, GraphProto.Builder graph) {
    switch (node.getOpType()) {
      case "Clip" -> {
        bound(node, "min", graph);
        bound(node, "max", graph);
      }
      case "Pad" -> {
        node.addInput(longs(taken(node, "pads"), graph));
        AttributeProto value = taken(node, "value");
        if (value != null) {
          node.addInput(scalar(value.getF(), graph));
        }
      }
      case "Slice" -> slice(node, graph);
      case "TopK" -> {
        AttributeProto k = taken(node, "k");
        if (k != null) {
          node.addInput(constant(Constants.ofLongs("", List.of(1L), k.getI()), graph));
        }
      }
      case "Upsample" -> upsample(node, graph);
      case "Resize" -> resize(node, graph);
      case "Scatter" -> node.setOpType("ScatterElements");
      case "BatchNormalization" -> {
        AttributeProto spatial = taken(node, "spatial");
        if (spatial != null && spatial.getI() == 0) {
          throw refusal(node, "normalizes each position for itself (spatial=0)");
        }
        if (node.getOutputCount() > 1) {
          throw refusal(node, "is in training mode");
        }
      }
      case "Dropout" -> {
        if (node.getOutputCount() > 1 && !node.getOutput(1).isEmpty() && opset < 10) {
          throw refusal(node, "also answers with its mask");
        }
      }
      case "Scan" -> {
        if (opset <= SCAN_WITH_BATCH) {
          throw refusal(node, "iterates over a batch axis");
        }
      }
      default -> {
        // Means the same in opset 11.
      }
    }
  }

  /** Clip-6 has its bounds in attributes; one that is absent stays absent. */
  private void bound(NodeProto.Builder node, String name, GraphProto.Builder graph) {
    AttributeProto bound = taken(node, name);
    if (bound != null || name.equals("min")) {
      node.addInput(bound == null ? "" : scalar(bound.getF(), graph));
    }
  }

  private void slice(NodeProto.Builder node, GraphProto.Builder graph) {
    AttributeProto starts = taken(node, "starts");
    if (starts == null) {
      return;
    }
    node.addInput(longs(starts, graph)).addInput(longs(taken(node, "ends"), graph));
    AttributeProto axes = taken(node, "axes");
    if (axes != null) {
      node.addInput(longs(axes, graph));
    }
  }

  /** Upsample-7 has its scales in an attribute, Upsample-9 in an input. */
  private void upsample(NodeProto.Builder node, GraphProto.Builder graph) {
    AttributeProto scales = taken(node, "scales");
    String name = scales == null ? node.getInput(1) : floats(scales, graph);
    asResize(node, name, "floor", graph);
  }

  private void resize(NodeProto.Builder node, GraphProto.Builder graph) {
    String scales = node.getInput(1);
    asResize(node, scales, isNearest(node) ? nearestMode(node, scales) : "floor", graph);
  }

  private static boolean isNearest(NodeProto.Builder node) {
    return node.getAttributeList().stream()
        .filter(attribute -> attribute.getName().equals("mode"))
        .allMatch(attribute -> attribute.getS().toStringUtf8().equals("nearest"));
  }

  /** Resize-10 takes the pixel before where it enlarges, and the pixel behind where it shrinks. */
  private String nearestMode(NodeProto.Builder node, String scales) {
    TensorProto constant = constants.get(scales);
    if (constant == null) {
      throw refusal(node, "has computed scales");
    }
    boolean shrinks = false;
    boolean enlarges = false;
    for (float scale : Constants.floats(constant)) {
      shrinks |= scale < 1;
      enlarges |= scale > 1;
    }
    if (shrinks && enlarges) {
      throw refusal(node, "shrinks one axis and enlarges another");
    }
    return shrinks ? "ceil" : "floor";
  }

  private void asResize(
      NodeProto.Builder node, String scales, String nearestMode, GraphProto.Builder graph) {
    String image = node.getInput(0);
    String noRegion = constant(Constants.ofFloats("", List.of(0L)), graph);
    node.setOpType("Resize")
        .clearInput()
        .addAllInput(List.of(image, noRegion, scales))
        .addAttribute(text("coordinate_transformation_mode", "asymmetric"))
        .addAttribute(text("nearest_mode", nearestMode));
  }

  private static AttributeProto text(String name, String value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.STRING)
        .setS(ByteString.copyFromUtf8(value))
        .build();
  }

  /** Removes an attribute and returns it; null when the node has none of that name. */
  private static @Nullable AttributeProto taken(NodeProto.Builder node, String name) {
    for (int i = 0; i < node.getAttributeCount(); i++) {
      AttributeProto attribute = node.getAttribute(i);
      if (attribute.getName().equals(name)) {
        node.removeAttribute(i);
        return attribute;
      }
    }
    return null;
  }

  private String longs(@Nullable AttributeProto attribute, GraphProto.Builder graph) {
    List<Long> values = attribute == null ? List.of() : attribute.getIntsList();
    long[] array = values.stream().mapToLong(Long::longValue).toArray();
    return constant(Constants.ofLongs("", List.of((long) array.length), array), graph);
  }

  private String floats(AttributeProto attribute, GraphProto.Builder graph) {
    List<Float> values = new ArrayList<>(attribute.getFloatsList());
    float[] array = new float[values.size()];
    for (int i = 0; i < array.length; i++) {
      array[i] = values.get(i);
    }
    return constant(Constants.ofFloats("", List.of((long) array.length), array), graph);
  }

  private String scalar(float value, GraphProto.Builder graph) {
    return constant(Constants.ofFloats("", List.of(), value), graph);
  }

  private String constant(TensorProto tensor, GraphProto.Builder graph) {
    String name = names.like("raised");
    graph.addInitializer(tensor.toBuilder().setName(name));
    return name;
  }

  private UserException refusal(NodeProto.Builder node, String why) {
    return new UserException(
        "'"
            + file
            + "' uses ONNX opset "
            + opset
            + ", and its "
            + node.getOpType()
            + " '"
            + (node.getName().isEmpty() ? String.join(", ", node.getOutputList()) : node.getName())
            + "' "
            + why
            + ", which opset "
            + WANTED
            + " cannot express",
        "Export the model with opset " + WANTED + " or later; 13 runs on the most runtimes.");
  }
}
