package dev.mixtune.engine.rounding;

/**
 * A MatMul weight {@code [K, N]} in the layout of com.microsoft MatMulNBits (version 1): for every
 * output column, blocks of consecutive input weights with one scale each and a zero point of {@code
 * 2^(bits-1)}.
 *
 * @param bits 2, 4 or 8
 * @param blockSize weights per block, a power of two of at least 16
 * @param inputs K
 * @param outputs N
 * @param packed {@code [N, ceil(K / blockSize), blockSize * bits / 8]}, low bits first
 * @param scales {@code [N * ceil(K / blockSize)]}, positive
 */
@SuppressWarnings("ArrayRecordComponent") // shared by all plans, never changed
public record BlockWeights(
    int bits, int blockSize, int inputs, int outputs, byte[] packed, float[] scales) {

  /** Block size that every accuracy level and every bit width of the kernel supports. */
  public static final int BLOCK_SIZE = 32;

  /** Blocks per output column. */
  public int blocks() {
    return (inputs + blockSize - 1) / blockSize;
  }

  /**
   * Rounds a weight to blocks with the scales of least squared error.
   *
   * @param weights row-major {@code [inputs, outputs]}
   */
  static BlockWeights round(float[] weights, int inputs, int outputs, int bits) {
    RoundingMethod method = ScaleSearchRounding.leastSquares();
    int blocks = (inputs + BLOCK_SIZE - 1) / BLOCK_SIZE;
    int bytesPerBlock = BLOCK_SIZE * bits / 8;
    byte[] packed = new byte[outputs * blocks * bytesPerBlock];
    float[] scales = new float[outputs * blocks];
    int zero = 1 << (bits - 1);
    float[] block = new float[BLOCK_SIZE];
    ChannelLayout one = new ChannelLayout(1, 1, BLOCK_SIZE, 0);
    for (int n = 0; n < outputs; n++) {
      for (int b = 0; b < blocks; b++) {
        for (int i = 0; i < BLOCK_SIZE; i++) {
          int k = b * BLOCK_SIZE + i;
          block[i] = k < inputs ? weights[k * outputs + n] : 0;
        }
        RoundedWeights rounded = method.round(block, one, bits);
        scales[n * blocks + b] = rounded.scales()[0];
        for (int i = 0; i < BLOCK_SIZE; i++) {
          int at = i * bits;
          int code = rounded.codes()[i] + zero;
          packed[(n * blocks + b) * bytesPerBlock + at / 8] |= (byte) (code << (at % 8));
        }
      }
    }
    return new BlockWeights(bits, BLOCK_SIZE, inputs, outputs, packed, scales);
  }
}
