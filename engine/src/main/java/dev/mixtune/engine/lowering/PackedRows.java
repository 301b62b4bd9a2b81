package dev.mixtune.engine.lowering;

import dev.mixtune.engine.rounding.RoundedWeights;

/**
 * The rows of a matrix with several codes in each byte. Byte {@code i} of a row holds code {@code
 * i} of each of the row's equal parts, the first part in the lowest bits; codes are moved up so
 * that the lowest is 0.
 *
 * @param weights 2 or 4 bits on a uniform grid, one channel per row
 */
record PackedRows(RoundedWeights weights) {

  /** Bits of a code. */
  int bits() {
    return weights.bits();
  }

  /** Codes in a byte. */
  int parts() {
    return Byte.SIZE / bits();
  }

  /** Number of rows. */
  int rows() {
    return weights.layout().channels();
  }

  /** Codes of a row. */
  int width() {
    return weights.layout().perChannel();
  }

  /** Bytes of a row. */
  int rowBytes() {
    return (width() + parts() - 1) / parts();
  }

  /** Whether a row's bytes hold more codes than it has. */
  boolean isPadded() {
    return rowBytes() * parts() != width();
  }

  /**
   * Packs the codes: {@code [rows, rowBytes]}.
   *
   * @throws IllegalStateException when the codes are a codebook
   */
  byte[] bytes() {
    if (!weights.isUniform()) {
      throw new IllegalStateException("the rows of an embedding have no codebook");
    }
    int rowBytes = rowBytes();
    int zero = 1 << (bits() - 1);
    byte[] bytes = new byte[rows() * rowBytes];
    for (int row = 0; row < rows(); row++) {
      for (int column = 0; column < width(); column++) {
        int code = weights.codes()[weights.layout().position(row, column)] + zero;
        int part = column / rowBytes;
        bytes[row * rowBytes + column % rowBytes] |= (byte) (code << (part * bits()));
      }
    }
    return bytes;
  }
}
