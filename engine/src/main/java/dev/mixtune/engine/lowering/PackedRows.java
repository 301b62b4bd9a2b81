package dev.mixtune.engine.lowering;

import dev.mixtune.engine.rounding.RoundedWeights;

/**
 * The rows of a matrix with several codes in each byte. Byte {@code i} of a row holds code {@code
 * i} of each of the row's equal parts, the first part in the lowest bits; codes are moved up so
 * that the lowest is 0.
 *
 * @param bits 2 or 4
 * @param width codes of a row
 * @param bytes {@code [rows, ceil(width / parts)]}
 */
@SuppressWarnings("ArrayRecordComponent") // written into a model at once
record PackedRows(int bits, int width, byte[] bytes) {

  /**
   * Packs codes on a uniform grid.
   *
   * @throws IllegalArgumentException when the codes are a codebook
   */
  static PackedRows of(RoundedWeights weights) {
    if (!weights.isUniform()) {
      throw new IllegalArgumentException("the rows of an embedding have no codebook");
    }
    int rows = weights.layout().channels();
    int width = weights.layout().perChannel();
    int parts = Byte.SIZE / weights.bits();
    int rowBytes = (width + parts - 1) / parts;
    int zero = 1 << (weights.bits() - 1);
    byte[] bytes = new byte[rows * rowBytes];
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < width; column++) {
        int code = weights.codes()[weights.layout().position(row, column)] + zero;
        int part = column / rowBytes;
        bytes[row * rowBytes + column % rowBytes] |= (byte) (code << (part * weights.bits()));
      }
    }
    return new PackedRows(weights.bits(), width, bytes);
  }

  /** Codes in a byte. */
  int parts() {
    return Byte.SIZE / bits;
  }

  /** Bytes of a row. */
  int rowBytes() {
    return (width + parts() - 1) / parts();
  }

  /** Number of rows. */
  int rows() {
    return bytes.length / rowBytes();
  }

  /** Whether a row's bytes hold more codes than it has. */
  boolean isPadded() {
    return rowBytes() * parts() != width;
  }
}
