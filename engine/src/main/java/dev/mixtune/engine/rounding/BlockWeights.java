package dev.mixtune.engine.rounding;

import dev.mixtune.engine.graph.ChannelLayout;

/**
 * A MatMul weight {@code [K, N]} in the layout of com.microsoft MatMulNBits (version 1): for every
 * output column, blocks of consecutive input weights with one scale each and a zero point of {@code
 * 2^(bits-1)}.
 *
 * @param bits 2, 4 or 8
 * @param blockSize weights per block, a power of two of at least 16; of 16, 32, 64, 128 and 256
 *     ONNX Runtime has fast kernels for 32, 64 and 128 at every width
 * @param inputs K
 * @param outputs N
 * @param packed {@code [N, ceil(K / blockSize), blockSize * bits / 8]}, low bits first
 * @param scales {@code [N * ceil(K / blockSize)]}; never 0, but negative where the longer side of
 *     the grid shall be the positive one
 * @param method the name of the rounding method that made it
 */
@SuppressWarnings("ArrayRecordComponent") // shared by all plans, never changed
public record BlockWeights(
    int bits,
    int blockSize,
    int inputs,
    int outputs,
    byte[] packed,
    float[] scales,
    String method) {

  /** Blocks per output column. */
  public int blocks() {
    return (inputs + blockSize - 1) / blockSize;
  }

  public BlockWeights {
    int blocks = (inputs + blockSize - 1) / blockSize;
    if (packed.length != outputs * blocks * blockSize * bits / 8
        || scales.length != outputs * blocks) {
      throw new IllegalArgumentException(
          packed.length
              + " bytes and "
              + scales.length
              + " scales do not fit "
              + bits
              + " bits, "
              + inputs
              + " x "
              + outputs);
    }
    for (float scale : scales) {
      if (scale == 0 || !Float.isFinite(scale)) {
        throw new IllegalArgumentException("scale " + scale);
      }
    }
  }

  /**
   * Packs codes.
   *
   * @param codes row-major {@code [inputs, outputs]}, {@code -2^(bits-1) .. 2^(bits-1) - 1}
   * @param scales {@code [outputs, blocks]}
   */
  public static BlockWeights of(
      int bits,
      int blockSize,
      int inputs,
      int outputs,
      byte[] codes,
      float[] scales,
      String method) {
    int blocks = (inputs + blockSize - 1) / blockSize;
    int bytesPerBlock = blockSize * bits / 8;
    byte[] packed = new byte[outputs * blocks * bytesPerBlock];
    int zero = 1 << (bits - 1);
    for (int n = 0; n < outputs; n++) {
      for (int k = 0; k < blocks * blockSize; k++) {
        int code = k < inputs ? codes[k * outputs + n] : 0;
        int at = (k % blockSize) * bits;
        packed[(n * blocks + k / blockSize) * bytesPerBlock + at / 8] |=
            (byte) ((code + zero) << (at % 8));
      }
    }
    return new BlockWeights(bits, blockSize, inputs, outputs, packed, scales, method);
  }

  /** The weights that the codes stand for, row-major {@code [inputs, outputs]}. */
  public float[] values() {
    float[] values = new float[inputs * outputs];
    int bytesPerBlock = blockSize * bits / 8;
    for (int n = 0; n < outputs; n++) {
      for (int k = 0; k < inputs; k++) {
        int block = n * blocks() + k / blockSize;
        int at = (k % blockSize) * bits;
        int code = (packed[block * bytesPerBlock + at / 8] & 0xff) >> (at % 8) & ((1 << bits) - 1);
        values[k * outputs + n] = (code - (1 << (bits - 1))) * scales[block];
      }
    }
    return values;
  }

  /**
   * Rounds a weight to blocks with the scales of least squared error.
   *
   * @param weights row-major {@code [inputs, outputs]}
   */
  static BlockWeights round(float[] weights, int inputs, int outputs, int bits, int blockSize) {
    RoundingMethod method = ScaleSearchRounding.leastSquares();
    int blocks = (inputs + blockSize - 1) / blockSize;
    byte[] codes = new byte[inputs * outputs];
    float[] scales = new float[outputs * blocks];
    float[] block = new float[blockSize];
    ChannelLayout one = new ChannelLayout(1, 1, blockSize, 0);
    for (int n = 0; n < outputs; n++) {
      for (int b = 0; b < blocks; b++) {
        int first = b * blockSize;
        for (int i = 0; i < blockSize; i++) {
          block[i] = first + i < inputs ? weights[(first + i) * outputs + n] : 0;
        }
        RoundedWeights rounded = method.round(block, one, bits);
        scales[n * blocks + b] = rounded.scales()[0];
        for (int i = 0; i < blockSize && first + i < inputs; i++) {
          codes[(first + i) * outputs + n] = rounded.codes()[i];
        }
      }
    }
    return of(bits, blockSize, inputs, outputs, codes, scales, method.name());
  }
}
