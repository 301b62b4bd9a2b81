package dev.mixtune.engine.graph;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.platform.Fp16Conversions;
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
    int type = types.getOrDefault(name, Constants.FLOAT);
    int width = type == Constants.FLOAT16 ? Short.BYTES : Float.BYTES;
    OptionalLong[] bad = {OptionalLong.empty()};
    read(
        span,
        (chunk, at) -> {
          bad[0] = firstNotFinite(chunk, type, at / width);
          return bad[0].isEmpty();
        });
    return bad[0];
  }

  /** Takes a piece of a constant; answers whether it wants more. */
  private interface Piece {
    boolean take(ByteBuffer chunk, long firstByte);
  }

  private void read(ExternalData.Span span, Piece piece) {
    try (FileChannel channel = FileChannel.open(span.file(), StandardOpenOption.READ)) {
      ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES);
      for (long at = 0; at < span.length(); ) {
        chunk.clear().limit((int) Math.min(CHUNK_BYTES, span.length() - at));
        while (chunk.hasRemaining()
            && channel.read(chunk, span.offset() + at + chunk.position()) > 0) {
          // A read may be short.
        }
        chunk.flip();
        if (!piece.take(chunk, at)) {
          return;
        }
        at += Math.max(1, chunk.limit());
      }
    } catch (IOException e) {
      throw new UserException(
          "the external data of '" + file + "' cannot be read: " + e.getMessage(),
          "Put the model's external data beside it, as exported.",
          e);
    }
  }

  /** The values of a float constant in order; a large one is never in memory as a whole. */
  void values(TensorProto constant, Values values) {
    String name = constant.getName();
    int type = types.getOrDefault(name, Constants.FLOAT);
    ExternalData.Span span = spans.get(name);
    if (span != null) {
      int width = type == Constants.FLOAT16 ? Short.BYTES : Float.BYTES;
      read(
          span,
          (chunk, at) -> {
            take(chunk, type, at / width, values);
            return true;
          });
    } else if (inside.containsKey(name)) {
      ByteString bytes = inside.getOrDefault(name, ByteString.EMPTY);
      take(bytes.asReadOnlyByteBuffer(), type, 0, values);
    } else {
      float[] all = Constants.floats(constant);
      for (int i = 0; i < all.length; i++) {
        values.take(i, all[i]);
      }
    }
  }

  /** Bytes that each value of a float constant takes in the files. */
  int bytesEach(TensorProto constant) {
    boolean half = types.getOrDefault(constant.getName(), Constants.FLOAT) == Constants.FLOAT16;
    return half ? Short.BYTES : Float.BYTES;
  }

  /** Takes one value of a constant after the other. */
  interface Values {
    void take(long index, float value);
  }

  private static void take(ByteBuffer bytes, int type, long first, Values values) {
    ByteBuffer little = bytes.order(ByteOrder.LITTLE_ENDIAN);
    boolean half = type == Constants.FLOAT16;
    int width = half ? Short.BYTES : Float.BYTES;
    for (int i = 0; i < little.limit() / width; i++) {
      values.take(
          first + i,
          half
              ? Fp16Conversions.fp16ToFloat(little.getShort(i * width))
              : little.getFloat(i * width));
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
