package dev.mixtune.cli.worker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mixtune.engine.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Tensors in shared memory, one behind the other, each at a multiple of eight bytes; their types
 * and shapes travel as JSON. Values are copied bit by bit.
 */
final class TensorBlock {
  private static final String TYPE = "type";
  private static final String SHAPE = "shape";
  private static final String FLOATS = "float32";
  private static final String LONGS = "int64";

  private TensorBlock() {}

  /** Writes the tensors and describes them, in their order. */
  static void write(List<Tensor> tensors, SharedMemory memory, ArrayNode description)
      throws IOException {
    long bytes = 0;
    for (Tensor tensor : tensors) {
      bytes += space(tensor);
    }
    ByteBuffer buffer = memory.forWriting(bytes);
    int at = 0;
    for (Tensor tensor : tensors) {
      ByteBuffer place = buffer.position(at).slice().order(buffer.order());
      ObjectNode node = description.addObject();
      if (tensor instanceof Tensor.Floats floats) {
        node.put(TYPE, FLOATS);
        place.asFloatBuffer().put(floats.values());
      } else {
        node.put(TYPE, LONGS);
        place.asLongBuffer().put(((Tensor.Longs) tensor).values());
      }
      ArrayNode shape = node.putArray(SHAPE);
      for (long axis : tensor.shape()) {
        shape.add(axis);
      }
      at += Math.toIntExact(space(tensor));
    }
  }

  /** Reads tensors by their description. */
  static List<Tensor> read(JsonNode description, SharedMemory memory) throws IOException {
    List<Tensor> tensors = new ArrayList<>();
    long at = 0;
    for (JsonNode node : description) {
      long[] shape = new long[node.path(SHAPE).size()];
      for (int i = 0; i < shape.length; i++) {
        shape[i] = node.path(SHAPE).get(i).asLong();
      }
      boolean isFloats = node.path(TYPE).asText().equals(FLOATS);
      int count = Math.toIntExact(Tensor.elements(shape));
      long end = at + space(count, isFloats);
      ByteBuffer all = memory.view(end);
      ByteBuffer place = all.position(Math.toIntExact(at)).slice().order(all.order());
      if (isFloats) {
        float[] values = new float[count];
        place.asFloatBuffer().get(values);
        tensors.add(new Tensor.Floats(values, shape));
      } else {
        long[] values = new long[count];
        place.asLongBuffer().get(values);
        tensors.add(new Tensor.Longs(values, shape));
      }
      at = end;
    }
    return tensors;
  }

  private static long space(Tensor tensor) {
    return tensor instanceof Tensor.Floats floats
        ? space(floats.values().length, /* floats= */ true)
        : space(((Tensor.Longs) tensor).values().length, /* floats= */ false);
  }

  private static long space(long count, boolean floats) {
    return floats ? (count * Float.BYTES + 7) / 8 * 8 : count * Long.BYTES;
  }
}
