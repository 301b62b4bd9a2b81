package dev.mixtune.engine.graph;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import dev.mixtune.engine.UserException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * A model without its large constants, which are inputs instead: small enough to be opened,
 * whatever the size of the whole. What ONNX Runtime would compute from those constants alone stays
 * computed.
 */
final class Skeleton {
  private static final int LARGE_BYTES = 1 << 20;
  private static final int CHUNK_BYTES = 1 << 20;

  private final Path file;
  private final ModelProto model;
  private final Map<String, TensorProto> headers = new HashMap<>();
  private final Map<String, ExternalData.Span> spans = new HashMap<>();
  private final Map<String, ByteString> inside = new HashMap<>();
  private final Map<String, Integer> types = new HashMap<>();
  private final long fileBytes;

  private Skeleton(Path file, ModelProto whole) {
    this.file = file;
    ExternalData external = new ExternalData(file, new byte[0]);
    GraphProto.Builder graph = whole.getGraph().toBuilder().clearInitializer().clearInput();
    Map<String, ValueInfoProto> weights = new LinkedHashMap<>();
    Set<Path> files = new HashSet<>(List.of(file));
    for (TensorProto constant : whole.getGraph().getInitializerList()) {
      boolean outside = constant.getDataLocation() == TensorProto.DataLocation.EXTERNAL;
      if (outside || constant.getRawData().size() > LARGE_BYTES) {
        if (outside) {
          spans.put(constant.getName(), external.span(constant));
          files.add(spans.get(constant.getName()).file());
        } else {
          inside.put(constant.getName(), constant.getRawData());
        }
        weights.put(constant.getName(), asInput(constant));
      } else {
        graph.addInitializer(constant);
      }
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

  private ValueInfoProto asInput(TensorProto constant) {
    int type =
        constant.getDataType() == Constants.FLOAT16 ? Constants.FLOAT : constant.getDataType();
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    constant.getDimsList().forEach(axis -> shape.addDimBuilder().setDimValue(axis));
    headers.put(
        constant.getName(),
        TensorProto.newBuilder()
            .setName(constant.getName())
            .setDataType(type)
            .addAllDims(constant.getDimsList())
            .build());
    types.put(constant.getName(), constant.getDataType());
    return ValueInfoProto.newBuilder()
        .setName(constant.getName())
        .setType(
            TypeProto.newBuilder()
                .setTensorType(TypeProto.Tensor.newBuilder().setElemType(type).setShape(shape)))
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

  /** The model with inputs in place of large constants. */
  ModelProto model() {
    return model;
  }

  /** Size of the model file and its external data. */
  long fileBytes() {
    return fileBytes;
  }

  /** A rewritten skeleton whose large constants are constants again, without their values. */
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
    return rewritten.toBuilder().setGraph(graph).build();
  }

  /** The first value of a constant that is NaN or infinite; reads a large one piece by piece. */
  OptionalLong firstNotFinite(TensorProto constant) {
    String name = constant.getName();
    ExternalData.Span span = spans.get(name);
    if (span == null) {
      ByteString bytes = inside.getOrDefault(name, constant.getRawData());
      return firstNotFinite(
          bytes.asReadOnlyByteBuffer(), types.getOrDefault(name, Constants.FLOAT), 0);
    }
    try (FileChannel channel = FileChannel.open(span.file(), StandardOpenOption.READ)) {
      ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES);
      int type = types.getOrDefault(name, Constants.FLOAT);
      int width = type == Constants.FLOAT16 ? Short.BYTES : Float.BYTES;
      for (long at = 0; at < span.length(); ) {
        chunk.clear().limit((int) Math.min(CHUNK_BYTES, span.length() - at));
        while (chunk.hasRemaining()
            && channel.read(chunk, span.offset() + at + chunk.position()) > 0) {
          // A read may be short.
        }
        chunk.flip();
        OptionalLong bad = firstNotFinite(chunk, type, at / width);
        if (bad.isPresent()) {
          return bad;
        }
        at += Math.max(1, chunk.limit());
      }
      return OptionalLong.empty();
    } catch (IOException e) {
      throw new UserException(
          "the external data of '" + file + "' cannot be read: " + e.getMessage(),
          "Put the model's external data beside it, as exported.",
          e);
    }
  }

  private static OptionalLong firstNotFinite(ByteBuffer bytes, int type, long first) {
    ByteBuffer little = bytes.order(ByteOrder.LITTLE_ENDIAN);
    int width = type == Constants.FLOAT16 ? Short.BYTES : Float.BYTES;
    // All bits of the exponent are set in NaN and infinity, in half precision too.
    int mask = type == Constants.FLOAT16 ? 0x7c00 : 0x7f80_0000;
    for (int i = 0; i < little.limit() / width; i++) {
      int bits = type == Constants.FLOAT16 ? little.getShort(i * width) : little.getInt(i * width);
      if ((bits & mask) == mask) {
        return OptionalLong.of(first + i);
      }
    }
    return OptionalLong.empty();
  }
}
