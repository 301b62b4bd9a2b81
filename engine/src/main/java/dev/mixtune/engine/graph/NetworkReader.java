package dev.mixtune.engine.graph;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.UserException;
import dev.mixtune.engine.runtime.OrtRuntime;
import dev.mixtune.engine.runtime.RuntimeFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Imports a trained ONNX model: ONNX Runtime folds constants and BatchNormalization once, then the
 * graph is read and its layers are found.
 */
public final class NetworkReader {
  /** Below this opset the integer kernels cannot be expressed without rewriting other operators. */
  private static final long LEAST_OPSET = 11;

  private final OrtRuntime runtime;

  public NetworkReader(OrtRuntime runtime) {
    this.runtime = runtime;
  }

  /**
   * Imports a model.
   *
   * @param file the ONNX file
   * @param axes values for named axes other than the batch, such as {@code {"sequence": 128}}
   * @throws UserException when the file is missing or broken, already quantized, or without layers
   */
  public Network read(Path file, Map<String, Long> axes) {
    byte[] bytes = bytes(file);
    ModelProto original = parse(file, bytes);
    refuseQuantized(file, original.getGraph());
    ModelProto canonical = canonical(file, bytes);
    Graph graph = new Graph(canonical, shapes(canonical, axes));
    if (graph.opset() < LEAST_OPSET) {
      throw new UserException(
          "'" + file + "' uses ONNX opset " + graph.opset(),
          "Export it with opset " + LEAST_OPSET + " or later; 13 runs on the most runtimes.");
    }
    List<Layer> layers = new LayerFinder(graph).layers();
    if (layers.isEmpty()) {
      throw new UserException(
          "'"
              + file
              + "' has no quantizable layer: no 2-D Conv, Gemm or MatMul with constant float32"
              + " weights",
          "Export the trained model with its weights inside, not as inputs.");
    }
    return new Network(
        graph, layers, file.getFileName().toString(), sha256(bytes), bytes.length, bytes);
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new UserException(
          "the model '" + file + "' does not exist", "Check the path of the model.", e);
    } catch (IOException e) {
      throw new UserException(
          "the model '" + file + "' cannot be read: " + e.getMessage(),
          "Name a readable ONNX file.",
          e);
    }
  }

  private static ModelProto parse(Path file, byte[] bytes) {
    try {
      ModelProto model = ModelProto.parseFrom(bytes);
      if (model.getGraph().getNodeCount() > 0) {
        return model;
      }
    } catch (InvalidProtocolBufferException e) {
      throw broken(file, "it is truncated or no ONNX file (" + bytes.length + " bytes)", e);
    }
    throw broken(file, "its graph has no nodes", null);
  }

  private static UserException broken(
      Path file, String why, @org.jspecify.annotations.Nullable Throwable cause) {
    return new UserException(
        "the model '" + file + "' cannot be read: " + why,
        "Export or copy it again.",
        cause == null ? new IllegalArgumentException(why) : cause);
  }

  private static void refuseQuantized(Path file, GraphProto graph) {
    for (NodeProto node : graph.getNodeList()) {
      String op = node.getOpType();
      if (op.contains("QuantizeLinear") || op.startsWith("QLinear") || op.contains("Integer")) {
        throw new UserException(
            "'" + file + "' is already quantized (node '" + node.getName() + "' is a " + op + ")",
            "Bring the float model that it was made from.");
      }
    }
  }

  private ModelProto canonical(Path file, byte[] bytes) {
    ModelProto folded;
    try {
      folded = runtime.optimised(bytes, OrtRuntime.OptimisationLevel.BASIC);
    } catch (RuntimeFailure e) {
      throw broken(file, "ONNX Runtime refuses it: " + e.getMessage(), e);
    }
    ModelProto.Builder model = folded.toBuilder();
    Set<String> domains = new HashSet<>();
    nameNodes(model.getGraphBuilder(), domains);
    List<OperatorSetIdProto> used =
        folded.getOpsetImportList().stream()
            .filter(opset -> opset.getDomain().isEmpty() || domains.contains(opset.getDomain()))
            .toList();
    return model.clearOpsetImport().addAllOpsetImport(used).build();
  }

  /** Gives every node a unique name, and collects the operator domains in use. */
  private static void nameNodes(GraphProto.Builder graph, Set<String> domains) {
    Set<String> names = new HashSet<>();
    for (NodeProto.Builder node : graph.getNodeBuilderList()) {
      domains.add(node.getDomain());
      String wanted = node.getName().isEmpty() ? node.getOutput(0) : node.getName();
      String name = wanted;
      for (int copy = 2; !names.add(name); copy++) {
        name = wanted + "#" + copy;
      }
      node.setName(name);
    }
  }

  private Map<String, long[]> shapes(ModelProto model, Map<String, Long> axes) {
    ModelProto.Builder probe = model.toBuilder();
    GraphProto.Builder graph = probe.getGraphBuilder();
    Set<String> outputs = new HashSet<>();
    graph.getOutputList().forEach(output -> outputs.add(output.getName()));
    for (NodeProto node : model.getGraph().getNodeList()) {
      for (String value : node.getOutputList()) {
        if (!value.isEmpty() && outputs.add(value)) {
          graph.addOutput(ValueInfoProto.newBuilder().setName(value));
        }
      }
    }
    Set<String> constants = new HashSet<>();
    for (TensorProto constant : graph.getInitializerList()) {
      constants.add(constant.getName());
    }
    Map<String, Long> values = new HashMap<>(axes);
    Map<String, long[]> shapes = new HashMap<>();
    for (ValueInfoProto input : graph.getInputList()) {
      if (!constants.contains(input.getName())) {
        TensorShapeProto shape = input.getType().getTensorType().getShape();
        if (shape.getDimCount() > 0 && !shape.getDim(0).getDimParam().isEmpty()) {
          values.putIfAbsent(shape.getDim(0).getDimParam(), 1L);
        }
        shapes.put(input.getName(), inputShape(shape, values));
      }
    }
    shapes.putAll(runtime.outputShapes(probe.build().toByteArray(), values));
    return shapes;
  }

  private static long[] inputShape(TensorShapeProto shape, Map<String, Long> values) {
    return shape.getDimList().stream()
        .mapToLong(
            axis ->
                axis.hasDimValue()
                    ? axis.getDimValue()
                    : values.getOrDefault(axis.getDimParam(), -1L))
        .toArray();
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }
}
