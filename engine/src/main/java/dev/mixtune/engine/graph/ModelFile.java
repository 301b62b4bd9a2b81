package dev.mixtune.engine.graph;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.mixtune.engine.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
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
    ModelProto model = checked(file, bytes);
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
   * Parses a file and leaves its external data where it is.
   *
   * @throws UserException when it is missing, broken, already quantized, or too large by itself
   */
  static ModelProto withoutExternalData(Path file) {
    return checked(file, bytes(file));
  }

  private static ModelProto checked(Path file, byte[] bytes) {
    ModelProto model = parse(file, bytes);
    refuseQuantized(file, model);
    return model;
  }

  private static byte[] bytes(Path file) {
    try {
      if (Files.isDirectory(file)) {
        throw new UserException(
            "the model '" + file + "' is a folder", "Name the ONNX file inside it.");
      }
      long size = Files.size(file);
      if (size > LARGEST_BYTES) {
        throw new UserException(
            "the model '" + file + "' is too large: " + size + " bytes of " + LARGEST_BYTES,
            "Bring a smaller model.");
      }
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
    if (bytes.length == 0) {
      throw broken(file, "it is empty", null);
    }
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
