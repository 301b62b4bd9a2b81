package dev.mixtune.engine.graph;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import dev.mixtune.engine.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Constants that a model keeps in files beside it. */
final class ExternalData {
  private final Path model;
  private final MessageDigest digest;
  private final Map<Path, byte[]> files = new HashMap<>();
  private long totalBytes;

  /**
   * @param model the model's file
   * @param bytes its content
   */
  ExternalData(Path model, byte[] bytes) {
    this.model = model;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
    count(bytes);
  }

  private void count(byte[] bytes) {
    digest.update(bytes);
    totalBytes += bytes.length;
  }

  /** Whether anything was read. */
  boolean isUsed() {
    return !files.isEmpty();
  }

  /** Size of the model's file and of all files read so far. */
  long totalBytes() {
    return totalBytes;
  }

  /** Hash of the same files in the order of reading, hexadecimal. Call once. */
  String sha256() {
    return HexFormat.of().formatHex(digest.digest());
  }

  /**
   * The model with all its constants inside.
   *
   * @throws UserException when data is missing, incomplete or lies outside the model's folder
   */
  ModelProto inlined(ModelProto original) {
    ModelProto.Builder builder = original.toBuilder();
    for (TensorProto.Builder tensor : builder.getGraphBuilder().getInitializerBuilderList()) {
      if (tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
        tensor.setRawData(data(tensor)).clearExternalData().clearDataLocation();
      }
    }
    return builder.build();
  }

  private ByteString data(TensorProto.Builder tensor) {
    Map<String, String> entries = new HashMap<>();
    for (StringStringEntryProto entry : tensor.getExternalDataList()) {
      entries.put(entry.getKey(), entry.getValue());
    }
    byte[] file = file(tensor.getName(), entries.getOrDefault("location", ""));
    long offset = number(tensor.getName(), entries.getOrDefault("offset", "0"));
    long length =
        number(tensor.getName(), entries.getOrDefault("length", "" + (file.length - offset)));
    if (offset < 0 || length < 0 || length > file.length - offset) {
      throw refusal(
          tensor.getName(),
          "bytes " + offset + " to " + (offset + length) + " of a file of " + file.length,
          null);
    }
    return ByteString.copyFrom(file, (int) offset, (int) length);
  }

  private long number(String tensor, String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw refusal(tensor, "the position '" + text + "'", e);
    }
  }

  private byte[] file(String tensor, String location) {
    try {
      Path folder = model.toAbsolutePath().resolveSibling("").normalize();
      Path file = folder.resolve(location).normalize();
      // A model is foreign input: it must not make us read files of its choice.
      if (location.isEmpty() || !file.startsWith(folder)) {
        throw refusal(tensor, "'" + location + "', which is not beside the model", null);
      }
      byte[] known = files.get(file);
      if (known != null) {
        return known;
      }
      if (Files.size(file) > ModelFile.LARGEST_BYTES - totalBytes) {
        throw refusal(tensor, "'" + location + "', which is too large", null);
      }
      byte[] read = Files.readAllBytes(file);
      files.put(file, read);
      count(read);
      return read;
    } catch (IOException | InvalidPathException e) {
      throw refusal(tensor, "'" + location + "', which cannot be read", e);
    }
  }

  private UserException refusal(String tensor, String what, @Nullable Throwable cause) {
    String problem = "the model '" + model + "' keeps tensor '" + tensor + "' in " + what;
    String wayOut = "Put the model's external data beside it, as exported.";
    return cause == null
        ? new UserException(problem, wayOut)
        : new UserException(problem, wayOut, cause);
  }
}
