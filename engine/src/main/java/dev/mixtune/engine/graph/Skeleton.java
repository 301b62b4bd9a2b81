package dev.mixtune.engine.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.mixtune.engine.UserException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A model without its large constants, which are inputs instead: small enough to be opened,
 * whatever the size of the whole. What ONNX Runtime would compute from those constants alone stays
 * computed.
 */
final class Skeleton {
  private static final int LARGE_BYTES = 1 << 20;

  private final ModelProto model;
  private final LargeConstants constants;
  private final Map<String, TensorProto> headers = new HashMap<>();
  private final long fileBytes;

  private Skeleton(Path file, ModelProto whole) {
    constants = new LargeConstants(file);
    ExternalData external = new ExternalData(file, new byte[0]);
    GraphProto.Builder graph = whole.getGraph().toBuilder().clearInitializer().clearInput();
    Map<String, ValueInfoProto> weights = new LinkedHashMap<>();
    Set<Path> files = new HashSet<>(List.of(file));
    for (TensorProto constant : listed(whole.getGraph(), graph)) {
      if (constant.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
        ExternalData.Span span = external.span(constant);
        files.add(span.file());
        if (span.length() <= LARGE_BYTES) {
          graph.addInitializer(constants.inlined(constant, span));
          continue;
        }
        constants.add(constant, span);
      } else if (constant.getRawData().size() > LARGE_BYTES) {
        constants.add(constant);
      } else {
        graph.addInitializer(constant);
        continue;
      }
      TensorProto header = header(constant);
      headers.put(constant.getName(), header);
      weights.put(constant.getName(), asInput(header));
    }
    for (ValueInfoProto input : whole.getGraph().getInputList()) {
      if (!weights.containsKey(input.getName())) {
        graph.addInput(input);
      }
    }
    graph.addAllInput(weights.values());
    model = whole.toBuilder().setGraph(graph).build();
    fileBytes = bytes(files);
  }

  /**
   * Reads a model.
   *
   * @throws UserException when it is missing, broken or already quantized, or external data is
   *     missing or incomplete
   */
  static Skeleton of(Path file) {
    return new Skeleton(file, ModelFile.withoutExternalData(file));
  }

  /** Initializers and, taken out of the graph, large Constant nodes. */
  private static List<TensorProto> listed(GraphProto whole, GraphProto.Builder graph) {
    List<TensorProto> constants = new ArrayList<>(whole.getInitializerList());
    graph.clearNode();
    for (NodeProto node : whole.getNodeList()) {
      Optional<TensorProto> value =
          node.getOpType().equals("Constant")
              ? node.getAttributeList().stream()
                  .filter(attribute -> attribute.getName().equals("value"))
                  .map(AttributeProto::getT)
                  .filter(tensor -> tensor.getRawData().size() > LARGE_BYTES)
                  .findFirst()
              : Optional.empty();
      if (value.isPresent()) {
        constants.add(value.get().toBuilder().setName(node.getOutput(0)).build());
      } else {
        graph.addNode(node);
      }
    }
    return constants;
  }

  /** An input of a constant's name, type and shape. */
  static ValueInfoProto asInput(TensorProto constant) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    constant.getDimsList().forEach(axis -> shape.addDimBuilder().setDimValue(axis));
    return ValueInfoProto.newBuilder()
        .setName(constant.getName())
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder()
                        .setElemType(constant.getDataType())
                        .setShape(shape)))
        .build();
  }

  /** A constant without its values; half precision is widened, as all of the model will be. */
  private static TensorProto header(TensorProto constant) {
    boolean half = constant.getDataType() == Constants.FLOAT16;
    return TensorProto.newBuilder()
        .setName(constant.getName())
        .setDataType(half ? Constants.FLOAT : constant.getDataType())
        .addAllDims(constant.getDimsList())
        .build();
  }

  private static long bytes(Set<Path> files) {
    long total = 0;
    try {
      for (Path file : files) {
        total += Files.size(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the model", e);
    }
    return total;
  }

  /** Whether the model is stored in half precision. */
  boolean isHalf() {
    return constants.isHalf() || FloatModel.isHalf(model);
  }

  /** The constants that are inputs of {@link #model}. */
  LargeConstants constants() {
    return constants;
  }

  /** The model with inputs in place of large constants. */
  ModelProto model() {
    return model;
  }

  /** Size of the model file and its external data. */
  long fileBytes() {
    return fileBytes;
  }

  /**
   * A rewritten skeleton whose large constants are constants again, without their values; large
   * matrices that are transposed before they are read are constants, too.
   */
  ModelProto withConstants(ModelProto rewritten) {
    GraphProto.Builder graph = rewritten.getGraph().toBuilder().clearInput();
    for (ValueInfoProto input : rewritten.getGraph().getInputList()) {
      TensorProto header = headers.get(input.getName());
      if (header == null) {
        graph.addInput(input);
      } else {
        graph.addInitializer(header);
      }
    }
    graph.clearNode();
    for (NodeProto node : rewritten.getGraph().getNodeList()) {
      Optional<TensorProto> turned = transposed(node);
      if (turned.isPresent()) {
        graph.addInitializer(turned.get());
      } else {
        graph.addNode(node);
      }
    }
    return rewritten.toBuilder().setGraph(graph).build();
  }

  private Optional<TensorProto> transposed(NodeProto node) {
    TensorProto header = node.getInputCount() == 1 ? headers.get(node.getInput(0)) : null;
    boolean turns =
        header != null
            && node.getOpType().equals("Transpose")
            && Graph.isStandard(node)
            && header.getDimsCount() == 2
            && node.getAttributeList().stream()
                .allMatch(each -> each.getIntsList().equals(List.of(1L, 0L)));
    if (header == null || !turns) {
      return Optional.empty();
    }
    String name = node.getOutput(0);
    constants.add(name, new Transposed(header.getName(), header.getDims(0), header.getDims(1)));
    return Optional.of(
        header.toBuilder()
            .setName(name)
            .clearDims()
            .addDims(header.getDims(1))
            .addDims(header.getDims(0))
            .build());
  }
}
