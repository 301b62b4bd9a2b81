package dev.mixtune.engine.lowering;

import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.TestNetworks;
import dev.mixtune.engine.rounding.BlockWeights;
import dev.mixtune.engine.rounding.RoundedWeights;

/** What the stored weights of a layer stand for, read by code of its own. */
final class StoredValues {
  private StoredValues() {}

  static float[] of(TestNetworks test, Layer layer, Scheme scheme) {
    return switch (scheme.arithmetic()) {
      case FLOAT ->
          switch (scheme) {
            case F32 -> test.library().weights(layer);
            case F16 -> halves(test.library().half(layer));
            default -> channels(test.library().perChannel(layer, scheme.weightBits()));
          };
      case INTEGER_STATIC, INTEGER_DYNAMIC ->
          channels(test.library().perChannel(layer, scheme.weightBits()));
      case BLOCKWISE -> blocks(test.library().blockwise(layer, scheme));
    };
  }

  private static float[] channels(RoundedWeights rounded) {
    float[] values = new float[rounded.codes().length];
    int inner = rounded.layout().inner();
    int channels = rounded.layout().channels();
    for (int i = 0; i < values.length; i++) {
      values[i] = rounded.codes()[i] * rounded.scales()[i / inner % channels];
    }
    return values;
  }

  /** IEEE 754-2019, 3.4: binary16. */
  static float[] halves(byte[] bytes) {
    float[] values = new float[bytes.length / 2];
    for (int i = 0; i < values.length; i++) {
      int bits = (bytes[2 * i] & 0xff) | (bytes[2 * i + 1] & 0xff) << 8;
      int exponent = bits >> 10 & 0x1f;
      int fraction = bits & 0x3ff;
      double magnitude =
          exponent == 0
              ? fraction * Math.pow(2, -24)
              : (1024 + fraction) * Math.pow(2, exponent - 25);
      values[i] = (float) ((bits >> 15) == 0 ? magnitude : -magnitude);
    }
    return values;
  }

  /** MatMulNBits: one byte stream per column, low bits first, zero point in the middle. */
  static float[] blocks(BlockWeights weights) {
    float[] values = new float[weights.inputs() * weights.outputs()];
    int bitsPerColumn = weights.blocks() * weights.blockSize() * weights.bits();
    for (int n = 0; n < weights.outputs(); n++) {
      for (int k = 0; k < weights.inputs(); k++) {
        int code = 0;
        for (int bit = 0; bit < weights.bits(); bit++) {
          int at = n * bitsPerColumn + k * weights.bits() + bit;
          code |= (weights.packed()[at >> 3] >> (at & 7) & 1) << bit;
        }
        float scale = weights.scales()[n * weights.blocks() + k / weights.blockSize()];
        values[k * weights.outputs() + n] = (code - (1 << weights.bits() - 1)) * scale;
      }
    }
    return values;
  }
}
