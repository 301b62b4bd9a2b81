package dev.mixtune.engine.lowering;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import dev.mixtune.engine.graph.Constants;
import dev.mixtune.engine.graph.Graph;
import dev.mixtune.engine.rounding.HalfPrecision;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Assembles a lowered model. Equal constants are stored once, and values get short names at the
 * end: in a network of small layers names are a tenth of the file.
 */
final class GraphBuilder {
  static final String MICROSOFT = "com.microsoft";

  /** DequantizeLinear with one scale per channel entered ONNX's own operator set here. */
  private static final long PER_CHANNEL_OPSET = 13;

  /** A Cast takes about as many bytes as half precision saves on so many values. */
  private static final long LEAST_HALF = 32;

  private final Graph source;
  private final GraphProto.Builder graph;
  private final Set<String> taken = new HashSet<>();
  private final Map<TensorProto, String> constants = new HashMap<>();
  private final Map<String, TensorProto> kept = new LinkedHashMap<>();

  /** Constants of the source model that are stored in half precision, as they came. */
  private final Set<String> halves = new HashSet<>();

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
    taken.addAll(ValueNames.insideBodies(original));
  }

  /** A name that nothing else in the graph has. */
  String freshName() {
    String name;
    do {
      name = "m" + next++;
    } while (!taken.add(name));
    return name;
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

  /** Keeps a constant of the source model, if {@code value} is one. */
  void keep(String value) {
    if (kept.containsKey(value) || halves.contains(value)) {
      return;
    }
    source
        .constant(value)
        .ifPresent(
            constant -> {
              if (isStoredHalf(constant)) {
                halves.add(value);
                byte[] half = HalfPrecision.bytes(Constants.floats(constant));
                TensorProto stored =
                    Constants.ofBytes("", Constants.FLOAT16, constant.getDimsList(), half);
                graph.addNode(
                    node(
                        value,
                        "Cast",
                        "",
                        List.of(constant(stored)),
                        attribute("to", Constants.FLOAT)));
              } else {
                kept.put(value, constant);
              }
            });
  }

  /** Whether a constant came in half precision and is large enough for a Cast to pay. */
  private boolean isStoredHalf(TensorProto constant) {
    return source.isHalf()
        && constant.getDataType() == Constants.FLOAT
        && Constants.elements(constant.getDimsList()) >= LEAST_HALF
        && HalfPrecision.isExact(Constants.floats(constant));
  }

  /** Bytes that each value of a constant of the source model takes in the lowered file. */
  int bytesEach(String value) {
    return source.constant(value).filter(this::isStoredHalf).isPresent()
        ? Short.BYTES
        : Float.BYTES;
  }

  /** Adds a node as it is, without attributes of a Conv that say what holds anyway. */
  void add(NodeProto node) {
    usesMicrosoft |= node.getDomain().equals(MICROSOFT);
    node.getInputList().forEach(this::keep);
    // Bodies of control-flow nodes read constants from outside.
    Graph.readByBodies(node).forEach(this::keep);
    graph.addNode(node.getOpType().equals("Conv") ? withoutDefaults(node) : node);
  }

  private static NodeProto withoutDefaults(NodeProto conv) {
    List<AttributeProto> meant =
        conv.getAttributeList().stream().filter(attribute -> !isDefault(attribute)).toList();
    return conv.toBuilder().clearAttribute().addAllAttribute(meant).build();
  }

  private static boolean isDefault(AttributeProto attribute) {
    return switch (attribute.getName()) {
      case "group" -> attribute.getI() == 1;
      case "dilations", "strides" -> attribute.getIntsList().stream().allMatch(axis -> axis == 1);
      case "pads" -> attribute.getIntsList().stream().allMatch(axis -> axis == 0);
      case "auto_pad" -> attribute.getS().toStringUtf8().equals("NOTSET");
      default -> false;
    };
  }

  /** Adds a node without a name and returns the name of its output. */
  String node(String op, List<String> inputs, AttributeProto... attributes) {
    String output = freshName();
    add(node(output, op, "", inputs, attributes).build());
    return output;
  }

  /** A node that writes {@code output}, to be added once it is complete. */
  static NodeProto.Builder node(
      String output, String op, String domain, List<String> inputs, AttributeProto... attributes) {
    return NodeProto.newBuilder()
        .setOpType(op)
        .setDomain(domain)
        .addAllInput(inputs)
        .addOutput(output)
        .addAllAttribute(List.of(attributes));
  }

  /** The operator domain of QuantizeLinear and DequantizeLinear with per-channel scales. */
  String quantizationDomain() {
    return source.opset() >= PER_CHANNEL_OPSET ? "" : MICROSOFT;
  }

  /** The model with everything added so far. */
  ModelProto build() {
    ModelProto.Builder model =
        ModelProto.newBuilder()
            .setIrVersion(irVersion())
            .setProducerName("mixtune")
            .addAllOpsetImport(source.model().getOpsetImportList())
            .addAllMetadataProps(source.model().getMetadataPropsList());
    boolean imported =
        model.getOpsetImportList().stream().anyMatch(o -> o.getDomain().equals(MICROSOFT));
    if (usesMicrosoft && !imported) {
      model.addOpsetImport(OperatorSetIdProto.newBuilder().setDomain(MICROSOFT).setVersion(1));
    }
    source.outputs().forEach(output -> keep(output.getName()));
    GraphProto assembled = graph.clone().addAllInitializer(kept.values()).build();
    return model.setGraph(ValueNames.shorten(assembled)).build();
  }

  /**
   * The oldest file format that holds the model: exporters write the newest they know, which older
   * runtimes refuse although nothing in the file needs it.
   */
  private long irVersion() {
    long opset = source.opset();
    long sufficient = opset <= 14 ? 7 : opset <= 18 ? 8 : opset <= 20 ? 9 : 10;
    return Math.max(7, Math.min(sufficient, source.model().getIrVersion()));
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
