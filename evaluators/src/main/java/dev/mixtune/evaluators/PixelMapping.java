package dev.mixtune.evaluators;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Turns one stored sample into model input: scaled per channel, channels moved where wanted. */
final class PixelMapping {
  private final int pixels;
  private final int channels;
  private final boolean storedChannelsLast;
  private final boolean wantedChannelsLast;
  private final float[] mean;
  private final float[] std;

  /**
   * @param pixels height times width
   * @param mean one per channel
   * @param std one per channel
   */
  PixelMapping(
      int pixels,
      boolean storedChannelsLast,
      boolean wantedChannelsLast,
      float[] mean,
      float[] std) {
    this.pixels = pixels;
    this.channels = mean.length;
    this.storedChannelsLast = storedChannelsLast;
    this.wantedChannelsLast = wantedChannelsLast;
    this.mean = mean;
    this.std = std;
  }

  int elements() {
    return pixels * channels;
  }

  /** Writes {@link #elements()} values from {@code offset} on. */
  void apply(byte[] row, NpyHeader.ElementType type, float[] target, int offset) {
    for (int c = 0; c < channels; c++) {
      float[] table = type.bytes == 1 ? table(type, c) : new float[0];
      ByteBuffer buffer = ByteBuffer.wrap(row).order(ByteOrder.LITTLE_ENDIAN);
      for (int p = 0; p < pixels; p++) {
        int from = storedChannelsLast ? p * channels + c : c * pixels + p;
        int to = wantedChannelsLast ? p * channels + c : c * pixels + p;
        target[offset + to] =
            table.length > 0 ? table[row[from] & 0xff] : scale(value(buffer, type, from), c);
      }
    }
  }

  private float[] table(NpyHeader.ElementType type, int channel) {
    float[] table = new float[256];
    for (int code = 0; code < 256; code++) {
      table[code] = scale(type == NpyHeader.ElementType.INT8 ? (byte) code : code, channel);
    }
    return table;
  }

  private float scale(float value, int channel) {
    return (value - mean[channel]) / std[channel];
  }

  private static float value(ByteBuffer buffer, NpyHeader.ElementType type, int element) {
    return switch (type) {
      case FLOAT32 -> buffer.getFloat(4 * element);
      case INT32 -> buffer.getInt(4 * element);
      case INT64 -> buffer.getLong(8 * element);
      case UINT8, INT8 -> buffer.get(element);
    };
  }
}
