package dev.mixtune.engine.runtime;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * A constant that a model takes as an input, in memory outside the heap.
 *
 * @param name of the input
 * @param dataType ONNX TensorProto.DataType
 * @param shape axis lengths
 * @param bytes its values in this machine's byte order, from the buffer's position to its limit;
 *     direct, and neither changed nor freed while a session has it
 */
public record FedConstant(String name, int dataType, List<Long> shape, ByteBuffer bytes) {
  public FedConstant {
    shape = List.copyOf(shape);
    if (!bytes.isDirect()) {
      throw new IllegalArgumentException("constant '" + name + "' lies on the heap");
    }
  }
}
