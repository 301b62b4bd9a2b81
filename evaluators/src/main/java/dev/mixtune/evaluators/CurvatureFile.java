package dev.mixtune.evaluators;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a {@link Curvature} gets from the process that computes gradients to the one that asked: JSON
 * lines, the first {@code {method, samples}}, then one for each layer, {@code {name, weights,
 * trace}} and, where it is known, {@code diagonal}: float32, little-endian, in Base64.
 */
public final class CurvatureFile {
  private static final ObjectMapper JSON = new ObjectMapper();

  private CurvatureFile() {}

  /** Writes a file. */
  public static void write(Path file, Curvature curvature) {
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      ObjectNode head = JSON.createObjectNode();
      head.put("method", curvature.method());
      head.put("samples", curvature.samples());
      out.write(head + "\n");
      for (Curvature.OfLayer layer : curvature.layers()) {
        ObjectNode line = JSON.createObjectNode();
        line.put("name", layer.name());
        line.put("weights", layer.weights());
        line.put("trace", layer.trace());
        if (layer.diagonal() != null) {
          ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * layer.weights());
          bytes.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(layer.diagonal());
          line.put("diagonal", Base64.getEncoder().encodeToString(bytes.array()));
        }
        out.write(line + "\n");
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws IllegalStateException when the file is something else
   */
  public static Curvature read(Path file) {
    try (BufferedReader in = Files.newBufferedReader(file)) {
      JsonNode head = line(in.readLine(), file);
      List<Curvature.OfLayer> layers = new ArrayList<>();
      for (String text = in.readLine(); text != null; text = in.readLine()) {
        JsonNode layer = line(text, file);
        layers.add(
            new Curvature.OfLayer(
                layer.required("name").asText(),
                layer.required("weights").asInt(),
                layer.required("trace").asDouble(),
                layer.has("diagonal") ? floats(layer.get("diagonal").asText()) : null));
      }
      return new Curvature(
          head.required("method").asText(), head.required("samples").asInt(), layers);
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw new IllegalStateException(file + " is damaged", e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }

  private static JsonNode line(@Nullable String text, Path file) throws JsonProcessingException {
    if (text == null) {
      throw new IllegalStateException(file + " is empty");
    }
    return JSON.readTree(text);
  }

  private static float[] floats(String base64) {
    byte[] bytes = Base64.getDecoder().decode(base64);
    float[] values = new float[bytes.length / Float.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return values;
  }
}
