package dev.mixtune.engine;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * How one layer is stored and computed: weight bits, activation treatment, kernel.
 *
 * <p>The 4- and 2-bit integer schemes differ from the 8-bit one in storage only: their grid is a
 * subset of the INT8 grid, unpacked once when the session opens.
 */
public enum Scheme {
  /** Left as in the model. */
  F32("f32", 32, Arithmetic.FLOAT),
  /** Weights stored in IEEE 754 half precision, computed in float. */
  F16("f16", 16, Arithmetic.FLOAT),
  /** 8-bit weights, 8-bit activations with calibrated ranges. */
  W8A8("w8a8", 8, Arithmetic.INTEGER_STATIC),
  /** 4-bit stored weights, computed as {@link #W8A8}. */
  W4A8("w4a8", 4, Arithmetic.INTEGER_STATIC),
  /** 2-bit stored weights, computed as {@link #W8A8}. */
  W2A8("w2a8", 2, Arithmetic.INTEGER_STATIC),
  /** 8-bit weights, 8-bit activations with ranges taken from each input. */
  W8A8_DYNAMIC("w8a8d", 8, Arithmetic.INTEGER_DYNAMIC),
  /** 4-bit stored weights, computed as {@link #W8A8_DYNAMIC}. */
  W4A8_DYNAMIC("w4a8d", 4, Arithmetic.INTEGER_DYNAMIC),
  /** 2-bit stored weights, computed as {@link #W8A8_DYNAMIC}. */
  W2A8_DYNAMIC("w2a8d", 2, Arithmetic.INTEGER_DYNAMIC),
  /** 8-bit weights in blocks of 32, weight-only (MatMulNBits). */
  W8_BLOCK("w8b", 8, 32),
  /** 4-bit weights in blocks of 32, weight-only (MatMulNBits). */
  W4_BLOCK("w4b", 4, 32),
  /** 2-bit weights in blocks of 32, weight-only (MatMulNBits). */
  W2_BLOCK("w2b", 2, 32),
  /** As {@link #W8_BLOCK} in blocks of 64 weights. */
  W8_BLOCK_64("w8b64", 8, 64),
  /** As {@link #W4_BLOCK} in blocks of 64 weights. */
  W4_BLOCK_64("w4b64", 4, 64),
  /** As {@link #W2_BLOCK} in blocks of 64 weights. */
  W2_BLOCK_64("w2b64", 2, 64),
  /** As {@link #W8_BLOCK} in blocks of 128 weights. */
  W8_BLOCK_128("w8b128", 8, 128),
  /** As {@link #W4_BLOCK} in blocks of 128 weights. */
  W4_BLOCK_128("w4b128", 4, 128),
  /** As {@link #W2_BLOCK} in blocks of 128 weights. */
  W2_BLOCK_128("w2b128", 2, 128),
  /** 8-bit stored weights, computed in float: for layers without an integer kernel. */
  W8("w8", 8, Arithmetic.FLOAT),
  /** 4-bit stored weights, computed as {@link #W8}. */
  W4("w4", 4, Arithmetic.FLOAT),
  /** 2-bit stored weights, computed as {@link #W8}. */
  W2("w2", 2, Arithmetic.FLOAT);

  private final String id;
  private final int weightBits;
  private final Arithmetic arithmetic;
  private final int blockSize;

  Scheme(String id, int weightBits, Arithmetic arithmetic) {
    this(id, weightBits, arithmetic, 0);
  }

  Scheme(String id, int weightBits, int blockSize) {
    this(id, weightBits, Arithmetic.BLOCKWISE, blockSize);
  }

  Scheme(String id, int weightBits, Arithmetic arithmetic, int blockSize) {
    this.id = id;
    this.weightBits = weightBits;
    this.arithmetic = arithmetic;
    this.blockSize = blockSize;
  }

  /** The stable short name used in every file, such as {@code w4a8}. */
  public String id() {
    return id;
  }

  /** Nominal bits per stored weight: 2, 4, 8, 16 or 32. */
  public int weightBits() {
    return weightBits;
  }

  /** Whether weights are stored as integer codes and become float again before they are used. */
  public boolean isStoredOnly() {
    return arithmetic == Arithmetic.FLOAT && weightBits <= 8;
  }

  /** How the layer computes. */
  public Arithmetic arithmetic() {
    return arithmetic;
  }

  /**
   * Consecutive input weights of one output that share a scale: 32, 64 or 128; 0 where all weights
   * of an output share one, or none has any.
   */
  public int blockSize() {
    return blockSize;
  }

  /**
   * The block-wise scheme of this width and block size.
   *
   * @throws IllegalArgumentException when there is none
   */
  public static Scheme ofBlocks(int weightBits, int blockSize) {
    return Arrays.stream(values())
        .filter(scheme -> scheme.arithmetic == Arithmetic.BLOCKWISE)
        .filter(scheme -> scheme.weightBits == weightBits && scheme.blockSize == blockSize)
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no scheme of " + weightBits + " bits in blocks of " + blockSize));
  }

  /**
   * The scheme with this short name.
   *
   * @throws IllegalArgumentException when no scheme has that name
   */
  public static Scheme ofId(String id) {
    for (Scheme scheme : values()) {
      if (scheme.id.equals(id)) {
        return scheme;
      }
    }
    throw new IllegalArgumentException(
        "unknown scheme '"
            + id
            + "'; known: "
            + Arrays.stream(values()).map(Scheme::id).collect(Collectors.joining(", ")));
  }
}
