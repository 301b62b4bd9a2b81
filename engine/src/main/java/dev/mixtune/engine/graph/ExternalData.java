package dev.mixtune.engine.graph;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProtoOrBuilder;
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
    Span span = span(tensor);
    byte[] file = file(tensor.getName(), span);
    return ByteString.copyFrom(file, (int) span.offset(), (int) span.length());
  }

  /**
   * Where a tensor's bytes lie.
   *
   * @param file beside the model
   * @param location as the model names it
   * @param offset of the first byte
   * @param length bytes
   */
  record Span(Path file, String location, long offset, long length) {}

  /**
   * Where a tensor lies that is kept outside of the model.
   *
   * @throws UserException when data is missing, incomplete or lies outside the model's folder
   */
  Span span(TensorProtoOrBuilder tensor) {
    Map<String, String> entries = new HashMap<>();
    for (StringStringEntryProto entry : tensor.getExternalDataList()) {
      entries.put(entry.getKey(), entry.getValue());
    }
    String location = entries.getOrDefault("location", "");
    Path file = beside(tensor.getName(), location);
    long size = size(tensor.getName(), location, file);
    long offset = number(tensor.getName(), entries.getOrDefault("offset", "0"));
    long length = number(tensor.getName(), entries.getOrDefault("length", "" + (size - offset)));
    if (offset < 0 || length < 0 || length > size - offset) {
      throw refusal(
          tensor.getName(),
          "bytes " + offset + " to " + (offset + length) + " of a file of " + size,
          null);
    }
    return new Span(file, location, offset, length);
  }

  private long number(String tensor, String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw refusal(tensor, "the position '" + text + "'", e);
    }
  }

  private Path beside(String tensor, String location) {
    try {
      Path folder = model.toAbsolutePath().resolveSibling("").normalize();
      Path file = folder.resolve(location).normalize();
      // A model is foreign input: it must not make us read files of its choice.
      if (location.isEmpty() || !file.startsWith(folder)) {
        throw refusal(tensor, "'" + location + "', which is not beside the model", null);
      }
      return file;
    } catch (InvalidPathException e) {
      throw unreadable(tensor, location, e);
    }
  }

  private long size(String tensor, String location, Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw unreadable(tensor, location, e);
    }
  }

  private byte[] file(String tensor, Span span) {
    byte[] known = files.get(span.file());
    if (known != null) {
      return known;
    }
    if (size(tensor, span.location(), span.file()) > ModelFile.LARGEST_BYTES - totalBytes) {
      throw new UserException(
          problem(tensor, "'" + span.location() + "', which is too large"), ModelFile.ANALYSED);
    }
    try {
      byte[] read = Files.readAllBytes(span.file());
      files.put(span.file(), read);
      count(read);
      return read;
    } catch (IOException e) {
      throw unreadable(tensor, span.location(), e);
    }
  }

  private UserException unreadable(String tensor, String location, Throwable cause) {
    return refusal(tensor, "'" + location + "', which cannot be read", cause);
  }

  private String problem(String tensor, String what) {
    return "the model '" + model + "' keeps tensor '" + tensor + "' in " + what;
  }

  private UserException refusal(String tensor, String what, @Nullable Throwable cause) {
    String problem = problem(tensor, what);
    String wayOut = "Put the model's external data beside it, as exported.";
    return cause == null
        ? new UserException(problem, wayOut)
        : new UserException(problem, wayOut, cause);
  }
}
