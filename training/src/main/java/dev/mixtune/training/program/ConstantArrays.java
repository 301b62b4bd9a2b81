package dev.mixtune.training.program;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.onnx.proto.OnnxMl.TensorProto;
import dev.mixtune.engine.UserException;
import dev.mixtune.engine.graph.Constants;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;

/** Constants of a model as arrays. */
final class ConstantArrays {
  private ConstantArrays() {}

  /**
   * A constant.
   *
   * @param floats what floats become
   * @throws UserException when the constant is of a type that no program computes with
   */
  static NDArray of(TensorProto tensor, NDManager manager, DataType floats) {
    Shape shape = new Shape(tensor.getDimsList().stream().mapToLong(Long::longValue).toArray());
    return switch (tensor.getDataType()) {
      case Constants.FLOAT ->
          manager.create(Constants.floats(tensor), shape).toType(floats, /* copy= */ false);
      case Constants.INT64 -> manager.create(longs(tensor), shape);
      case Constants.INT32 ->
          manager.create(longs(tensor), shape).toType(DataType.INT32, /* copy= */ false);
      case Constants.UINT8 -> manager.create(bytes(tensor), shape, DataType.UINT8);
      case Constants.INT8 -> manager.create(bytes(tensor), shape, DataType.INT8);
      default ->
          throw new UserException(
              "no gradient: constant '"
                  + tensor.getName()
                  + "' has ONNX type "
                  + tensor.getDataType(),
              "Gradients need float32 weights.");
    };
  }

  private static ByteBuffer bytes(TensorProto tensor) {
    if (!tensor.getRawData().isEmpty()) {
      ByteBuffer copy = ByteBuffer.allocateDirect(tensor.getRawData().size());
      return copy.put(tensor.getRawData().asReadOnlyByteBuffer()).flip();
    }
    ByteBuffer listed = ByteBuffer.allocateDirect(tensor.getInt32DataCount());
    tensor.getInt32DataList().forEach(value -> listed.put(value.byteValue()));
    return listed.flip();
  }

  private static long[] longs(TensorProto tensor) {
    if (tensor.getRawData().isEmpty()) {
      return tensor.getDataType() == Constants.INT64
          ? tensor.getInt64DataList().stream().mapToLong(Long::longValue).toArray()
          : tensor.getInt32DataList().stream().mapToLong(Integer::longValue).toArray();
    }
    ByteBuffer raw = tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    if (tensor.getDataType() == Constants.INT64) {
      LongBuffer longs = raw.asLongBuffer();
      long[] values = new long[longs.remaining()];
      longs.get(values);
      return values;
    }
    long[] values = new long[raw.remaining() / Integer.BYTES];
    for (int i = 0; i < values.length; i++) {
      values[i] = raw.getInt(i * Integer.BYTES);
    }
    return values;
  }
}
