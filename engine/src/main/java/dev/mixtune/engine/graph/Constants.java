package dev.mixtune.engine.graph;

import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnxruntime.platform.Fp16Conversions;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Reads and makes constant tensors (ONNX TensorProto). */
public final class Constants {
  /** ONNX TensorProto.DataType FLOAT. */
  public static final int FLOAT = 1;

  /** ONNX TensorProto.DataType UINT8. */
  public static final int UINT8 = 2;

  /** ONNX TensorProto.DataType INT8. */
  public static final int INT8 = 3;

  /** ONNX TensorProto.DataType INT32. */
  public static final int INT32 = 6;

  /** ONNX TensorProto.DataType INT64. */
  public static final int INT64 = 7;

  /** ONNX TensorProto.DataType FLOAT16. */
  public static final int FLOAT16 = 10;

  private Constants() {}

  /**
   * The values of a float32 tensor, row-major.
   *
   * @throws IllegalArgumentException when the tensor is of another type or its data is incomplete
   */
  public static float[] floats(TensorProto tensor) {
    if (tensor.getDataType() != FLOAT) {
      throw new IllegalArgumentException(
          "tensor '" + tensor.getName() + "' has data type " + tensor.getDataType());
    }
    int count = Math.toIntExact(elements(tensor.getDimsList()));
    float[] values = new float[count];
    if (tensor.getRawData().isEmpty() && tensor.getFloatDataCount() > 0) {
      requireCount(tensor, tensor.getFloatDataCount(), count);
      for (int i = 0; i < count; i++) {
        values[i] = tensor.getFloatData(i);
      }
    } else {
      requireCount(tensor, tensor.getRawData().size() / Float.BYTES, count);
      tensor
          .getRawData()
          .asReadOnlyByteBuffer()
          .order(ByteOrder.LITTLE_ENDIAN)
          .asFloatBuffer()
          .get(values);
    }
    return values;
  }

  /**
   * A half-precision tensor in float32: exact.
   *
   * @throws IllegalArgumentException when the tensor is of another type or its data is incomplete
   */
  static TensorProto widened(TensorProto tensor) {
    if (tensor.getDataType() != FLOAT16) {
      throw new IllegalArgumentException(
          "tensor '" + tensor.getName() + "' has data type " + tensor.getDataType());
    }
    float[] values = new float[Math.toIntExact(elements(tensor.getDimsList()))];
    boolean listed = tensor.getRawData().isEmpty() && tensor.getInt32DataCount() > 0;
    int count = listed ? tensor.getInt32DataCount() : tensor.getRawData().size() / Short.BYTES;
    requireCount(tensor, count, values.length);
    ByteBuffer raw = tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < values.length; i++) {
      short bits = listed ? (short) tensor.getInt32Data(i) : raw.getShort(i * Short.BYTES);
      values[i] = Fp16Conversions.fp16ToFloat(bits);
    }
    return ofFloats(tensor.getName(), tensor.getDimsList(), values);
  }

  private static void requireCount(TensorProto tensor, int found, int expected) {
    if (found != expected) {
      throw new IllegalArgumentException(
          "tensor '" + tensor.getName() + "' has " + found + " values instead of " + expected);
    }
  }

  /** Number of elements of a shape. */
  public static long elements(List<Long> shape) {
    long product = 1;
    for (long axis : shape) {
      product = Math.multiplyExact(product, axis);
    }
    return product;
  }

  /** A float32 tensor. */
  public static TensorProto ofFloats(String name, List<Long> shape, float... values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return ofBytes(name, FLOAT, shape, bytes.array());
  }

  /** An int64 tensor. */
  public static TensorProto ofLongs(String name, List<Long> shape, long... values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asLongBuffer().put(values);
    return ofBytes(name, INT64, shape, bytes.array());
  }

  /** An int32 tensor. */
  public static TensorProto ofInts(String name, List<Long> shape, int... values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(values);
    return ofBytes(name, INT32, shape, bytes.array());
  }

  /** A tensor of any type from its little-endian bytes. */
  public static TensorProto ofBytes(String name, int dataType, List<Long> shape, byte[] bytes) {
    return TensorProto.newBuilder()
        .setName(name)
        .setDataType(dataType)
        .addAllDims(shape)
        .setRawData(ByteString.copyFrom(bytes))
        .build();
  }
}
