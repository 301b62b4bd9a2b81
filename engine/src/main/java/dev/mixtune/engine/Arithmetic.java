package dev.mixtune.engine;

/** How a layer computes, independent of how many bits its weights are stored in. */
public enum Arithmetic {
  /** Float kernels; weights are float when they are used, however they are stored. */
  FLOAT,
  /**
   * INT8 kernels with activation ranges fixed by calibration (QLinearConv, QLinearMatMul, QGemm).
   */
  INTEGER_STATIC,
  /** INT8 kernels with activation ranges taken from each input (DynamicQuantizeMatMul). */
  INTEGER_DYNAMIC,
  /** Block-wise quantized weights with float activations outside the kernel (MatMulNBits). */
  BLOCKWISE;

  /** Whether a layer with this arithmetic runs on an 8-bit integer kernel. */
  public boolean isInteger() {
    return this == INTEGER_STATIC || this == INTEGER_DYNAMIC;
  }
}
