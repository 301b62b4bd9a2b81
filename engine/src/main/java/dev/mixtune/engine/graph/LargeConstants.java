package dev.mixtune.engine.graph;

import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnxruntime.platform.Fp16Conversions;
import com.google.protobuf.ByteString;
import dev.mixtune.engine.UserException;
import dev.mixtune.engine.runtime.DirectBuffers;
import dev.mixtune.engine.runtime.FedConstant;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The large constants of a model, read from where they lie in its files. */
final class LargeConstants {
  private static final int CHUNK_BYTES = 1 << 20;

  /** ONNX Runtime's Java interface takes no larger buffers. */
  private static final long LARGEST_MAPPED = Integer.MAX_VALUE - 8 * Long.BYTES;

  private static final int INT16 = 5;
  private static final int BOOL = 9;
  private static final int DOUBLE = 11;
  private static final int BFLOAT16 = 16;

  private final Path file;
  private final Map<String, Stored> constants = new HashMap<>();
  private final Map<String, Transposed> transposed = new HashMap<>();
  private final Map<String, FedConstant> fed = new HashMap<>();
  private final DirectBuffers copies = new DirectBuffers();

  /**
   * @param dataType as the file stores it
   * @param outside where it lies when that is outside of the model's file
   * @param inside its bytes otherwise
   */
  private record Stored(
      int dataType, List<Long> shape, ExternalData.@Nullable Span outside, ByteString inside) {}

  /** None yet, of a model's file, which messages name. */
  LargeConstants(Path file) {
    this.file = file;
  }

  /** Takes note of a constant that lies in another file. */
  void add(TensorProto constant, ExternalData.Span span) {
    constants.put(
        constant.getName(),
        new Stored(constant.getDataType(), constant.getDimsList(), span, ByteString.EMPTY));
  }

  /** Takes note of a constant that lies in the model's file. */
  void add(TensorProto constant) {
    constants.put(
        constant.getName(),
        new Stored(constant.getDataType(), constant.getDimsList(), null, constant.getRawData()));
  }

  /** Takes note of a value that is a large matrix transposed. */
  void add(String name, Transposed view) {
    transposed.put(name, view);
  }

  /** What a value is the transposed of, if it is any. */
  Optional<Transposed> transposed(String name) {
    return Optional.ofNullable(transposed.get(name));
  }

  /** Whether a constant of this name is here. */
  boolean has(String name) {
    return constants.containsKey(name);
  }

  /** Whether any is stored in half precision. */
  boolean isHalf() {
    return constants.values().stream().anyMatch(each -> each.dataType() == Constants.FLOAT16);
  }

  /**
   * A large constant as a run is fed with it: where it lies in its file, without being read. A
   * constant of half precision stays so, and one that no processor could read in place is copied.
   *
   * @throws UserException when it is of 2 GiB or more, or incomplete
   */
  FedConstant fed(String name) {
    return fed.computeIfAbsent(name, this::feed);
  }

  private FedConstant feed(String name) {
    Stored stored = Objects.requireNonNull(constants.get(name), name);
    ExternalData.Span span = stored.outside();
    ByteBuffer bytes = span == null ? stored.inside().asReadOnlyByteBuffer() : mapped(name, span);
    int width = width(name, stored.dataType());
    if (bytes.remaining() != Constants.elements(stored.shape()) * width) {
      throw new UserException(
          "the tensor '"
              + name
              + "' of '"
              + file
              + "' has "
              + bytes.remaining()
              + " bytes for "
              + stored.shape(),
          "Export the model again.");
    }
    if (!bytes.isDirect() || bytes.alignmentOffset(0, Long.BYTES) % width != 0) {
      bytes = copies.lend(bytes.remaining()).limit(bytes.remaining()).put(bytes).flip();
    }
    return new FedConstant(
        name, stored.dataType(), stored.shape(), bytes.order(ByteOrder.nativeOrder()));
  }

  private static TensorProto named(TensorProto constant, String name) {
    return constant.toBuilder().setName(name).build();
  }

  private static int width(String name, int type) {
    return switch (type) {
      case Constants.FLOAT, Constants.INT32 -> Integer.BYTES;
      case Constants.UINT8, Constants.INT8, BOOL -> Byte.BYTES;
      case Constants.FLOAT16, BFLOAT16, INT16 -> Short.BYTES;
      case Constants.INT64, DOUBLE -> Long.BYTES;
      default ->
          throw new UserException(
              "the tensor '" + name + "' has ONNX's data type " + type + ", which cannot be fed",
              "Export the model with float32 or float16 weights.");
    };
  }

  private ByteBuffer mapped(String name, ExternalData.Span span) {
    if (span.length() > LARGEST_MAPPED) {
      throw new UserException(
          "the tensor '" + name + "' of '" + file + "' has " + span.length() + " bytes",
          "One tensor may have " + LARGEST_MAPPED + " at most to be run from where it lies.");
    }
    try (FileChannel channel = FileChannel.open(span.file(), StandardOpenOption.READ)) {
      return channel.map(FileChannel.MapMode.READ_ONLY, span.offset(), span.length());
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private UserException unreadable(IOException cause) {
    return new UserException(
        "the external data of '" + file + "' cannot be read: " + cause.getMessage(),
        "Put the model's external data beside it, as exported.",
        cause);
  }

  /** A constant that lies in another file, with its bytes inside. */
  TensorProto inlined(TensorProto constant, ExternalData.Span span) {
    ByteString.Output bytes = ByteString.newOutput((int) span.length());
    read(
        span,
        (chunk, at) -> {
          while (chunk.hasRemaining()) {
            bytes.write(chunk.get());
          }
          return true;
        });
    return constant.toBuilder()
        .setRawData(bytes.toByteString())
        .clearExternalData()
        .clearDataLocation()
        .build();
  }

  /** The first value of a constant that is NaN or infinite; reads a large one piece by piece. */
  OptionalLong firstNotFinite(TensorProto constant) {
    Transposed view = transposed.get(constant.getName());
    if (view != null) {
      OptionalLong bad = firstNotFinite(named(constant, view.of()));
      return bad.isPresent() ? OptionalLong.of(view.place(bad.getAsLong())) : bad;
    }
    Stored stored = constants.get(constant.getName());
    if (stored == null) {
      return firstNotFinite(constant.getRawData().asReadOnlyByteBuffer(), Constants.FLOAT, 0);
    }
    int type = stored.dataType();
    ExternalData.Span span = stored.outside();
    if (span == null) {
      return firstNotFinite(stored.inside().asReadOnlyByteBuffer(), type, 0);
    }
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
      throw unreadable(e);
    }
  }

  /**
   * The values of a float constant, in order but for a transposed one; a large one is never in
   * memory as a whole.
   */
  void values(TensorProto constant, Values values) {
    Transposed view = transposed.get(constant.getName());
    if (view != null) {
      values(named(constant, view.of()), (index, value) -> values.take(view.place(index), value));
      return;
    }
    Stored stored = constants.get(constant.getName());
    if (stored == null) {
      float[] all = Constants.floats(constant);
      for (int i = 0; i < all.length; i++) {
        values.take(i, all[i]);
      }
      return;
    }
    int type = stored.dataType();
    ExternalData.Span span = stored.outside();
    if (span != null) {
      int width = type == Constants.FLOAT16 ? Short.BYTES : Float.BYTES;
      read(
          span,
          (chunk, at) -> {
            take(chunk, type, at / width, values);
            return true;
          });
    } else {
      take(stored.inside().asReadOnlyByteBuffer(), type, 0, values);
    }
  }

  /** Bytes that each value of a float constant takes in the files. */
  int bytesEach(TensorProto constant) {
    Transposed view = transposed.get(constant.getName());
    Stored stored = constants.get(view == null ? constant.getName() : view.of());
    boolean half = stored != null && stored.dataType() == Constants.FLOAT16;
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
