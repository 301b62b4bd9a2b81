package dev.mixtune.engine.graph;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.UnsafeByteOperations;
import dev.mixtune.engine.UserException;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An ONNX file as the user brings it, with external data inside.
 *
 * @param file where it lies
 * @param model parsed; no constant lies in another file
 * @param bytes {@code model}, serialized; the file's own bytes where it has no external data
 * @param fileBytes size of the file and its external data
 * @param sha256 of the file and its external data, hexadecimal
 */
@SuppressWarnings("ArrayRecordComponent") // the bytes of one model, never changed
record ModelFile(Path file, ModelProto model, byte[] bytes, long fileBytes, String sha256) {
  /** A protobuf message ends at 2 GB; what is read is held several times while it is imported. */
  static final long LARGEST_BYTES = 1L << 30;

  /** What can be done with larger ones. */
  static final String ANALYSED =
      "Models above 1 GiB are not searched: ./tune analyze says what each width does to them.";

  private static final Set<String> QUANTIZED =
      Set.of(
          "QGemm",
          "QAttention",
          "DynamicQuantizeMatMul",
          "DynamicQuantizeLSTM",
          "MatMulNBits",
          "MatMulBnb4",
          "GatherBlockQuantized");

  /**
   * Reads a file.
   *
   * @throws UserException when it is missing, broken, too large or already quantized
   */
  static ModelFile read(Path file) {
    byte[] bytes = bytes(file);
    ModelProto model = checked(file, UnsafeByteOperations.unsafeWrap(bytes), /* views= */ false);
    ExternalData external = new ExternalData(file, bytes);
    ModelProto whole = external.inlined(model);
    return new ModelFile(
        file,
        whole,
        external.isUsed() ? whole.toByteArray() : bytes,
        external.totalBytes(),
        external.sha256());
  }

  /**
   * Parses a file and leaves its external data where it is. The file itself is mapped: its large
   * constants stay where they are, too.
   *
   * @throws UserException when it is missing, broken, already quantized, or of 2 GiB by itself
   */
  static ModelProto withoutExternalData(Path file) {
    long size = size(file, Integer.MAX_VALUE);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      MappedByteBuffer bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, size);
      return checked(file, UnsafeByteOperations.unsafeWrap(bytes), /* views= */ true);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static ModelProto checked(Path file, ByteString bytes, boolean views) {
    ModelProto model = parse(file, bytes, views);
    refuseQuantized(file, model);
    return model;
  }

  /** Size of a file that is there and no larger than {@code most}. */
  private static long size(Path file, long most) {
    try {
      if (Files.isDirectory(file)) {
        throw new UserException(
            "the model '" + file + "' is a folder", "Name the ONNX file inside it.");
      }
      long size = Files.size(file);
      if (size > most) {
        throw new UserException(
            "the model '" + file + "' is too large: " + size + " bytes of " + most,
            most < Integer.MAX_VALUE
                ? ANALYSED
                : "Export it with external data: a protobuf message ends at 2 GiB.");
      }
      return size;
    } catch (NoSuchFileException e) {
      throw new UserException(
          "the model '" + file + "' does not exist", "Check the path of the model.", e);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static UserException unreadable(Path file, IOException cause) {
    return new UserException(
        "the model '" + file + "' cannot be read: " + cause.getMessage(),
        "Name a readable ONNX file.",
        cause);
  }

  private static byte[] bytes(Path file) {
    size(file, LARGEST_BYTES);
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /**
   * @param views whether constants are views of the bytes instead of copies
   */
  private static ModelProto parse(Path file, ByteString bytes, boolean views) {
    if (bytes.isEmpty()) {
      throw broken(file, "it is empty", null);
    }
    try {
      CodedInputStream input = bytes.newCodedInput();
      input.enableAliasing(views);
      ModelProto model = ModelProto.parseFrom(input);
      input.checkLastTagWas(0);
      if (model.getGraph().getNodeCount() > 0) {
        return model;
      }
    } catch (IOException e) {
      throw broken(file, "it is truncated or no ONNX file (" + bytes.size() + " bytes)", e);
    }
    throw broken(file, "its graph has no nodes", null);
  }

  /** The refusal of a file that cannot be used. */
  static UserException broken(Path file, String why, @Nullable Throwable cause) {
    return new UserException(
        "the model '" + file + "' cannot be read: " + why,
        "Export or copy it again.",
        cause == null ? new IllegalArgumentException(why) : cause);
  }

  private static void refuseQuantized(Path file, ModelProto model) {
    for (NodeProto node : model.getGraph().getNodeList()) {
      String op = node.getOpType();
      if (op.contains("QuantizeLinear")
          || op.startsWith("QLinear")
          || op.contains("Integer")
          || QUANTIZED.contains(op)) {
        String name =
            node.getName().isEmpty() ? String.join(", ", node.getOutputList()) : node.getName();
        throw new UserException(
            "'" + file + "' is already quantized (node '" + name + "' is a " + op + ")",
            "Bring the float model that it was made from.");
      }
    }
  }
}
