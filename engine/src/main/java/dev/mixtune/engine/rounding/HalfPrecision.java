package dev.mixtune.engine.rounding;

import ai.onnxruntime.platform.Fp16Conversions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** IEEE 754 half precision. */
public final class HalfPrecision {
  /** Largest finite magnitude. */
  public static final float LARGEST = 65504f;

  private HalfPrecision() {}

  /** Little-endian bytes of the values in half precision, rounded to nearest even. */
  public static byte[] bytes(float[] values) {
    ByteBuffer buffer =
        ByteBuffer.allocate(values.length * Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      buffer.putShort(Fp16Conversions.floatToFp16(value));
    }
    return buffer.array();
  }

  /** What the values become in half precision. */
  public static float[] rounded(float[] values) {
    float[] rounded = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      rounded[i] = Fp16Conversions.fp16ToFloat(Fp16Conversions.floatToFp16(values[i]));
    }
    return rounded;
  }

  /** Whether half precision holds every value exactly. */
  public static boolean isExact(float[] values) {
    for (float value : values) {
      if (Fp16Conversions.fp16ToFloat(Fp16Conversions.floatToFp16(value)) != value) {
        return false;
      }
    }
    return true;
  }

  /** Whether no value overflows to infinity. */
  public static boolean holds(float[] values) {
    for (float value : values) {
      if (Math.abs(value) > LARGEST) {
        return false;
      }
    }
    return true;
  }
}
