package dev.mixtune.engine;

/**
 * One kernel that a lowered plan runs, with what determines its cost.
 *
 * @param op what runs
 * @param arithmetic how it computes
 * @param weightBits bits per weight that the kernel of a layer reads, 32 for a product of two
 *     activations, 0 for other operators
 * @param name the layer's or node's name
 * @param macs multiply-accumulates of layers and of products of activations, 0 for others
 * @param inputElements elements of all activation inputs
 * @param outputElements elements of all outputs
 * @param weightElements number of weights, 0 for operators without weights
 */
public record KernelUse(
    Op op,
    Arithmetic arithmetic,
    int weightBits,
    String name,
    long macs,
    long inputElements,
    long outputElements,
    long weightElements) {

  /** A layer's weights that become float when the session opens cost what float weights cost. */
  private static final int FLOAT_BITS = 32;

  /**
   * The bits by which the kernel of a layer is priced: those that it reads. Weights that are only
   * stored in 8 bits or fewer are float again by then; a Gather is priced like operators without
   * weights.
   */
  public static int pricedBits(OperatorKind kind, Scheme scheme) {
    if (kind == OperatorKind.GATHER) {
      return 0;
    }
    return scheme.isStoredOnly() ? FLOAT_BITS : scheme.weightBits();
  }

  /** What a kernel does, as far as cost models tell kernels apart. */
  public enum Op {
    CONV,
    DEPTHWISE_CONV,
    GROUPED_CONV,
    MATMUL,
    ADD,
    POOL,
    ACTIVATION,
    CONCAT,
    OTHER,
    /**
     * A function of each element that takes longer than reading and writing it, such as an
     * exponential; profiles that do not tell it from an activation price it as one.
     */
    FUNCTION,
    /** Float to integer at a boundary between precisions. */
    QUANTIZE,
    /** Integer to float at a boundary between precisions. */
    DEQUANTIZE;

    /** What the kernels of a layer of this kind do. */
    public static Op of(OperatorKind kind) {
      return switch (kind) {
        case CONV, CONV_TRANSPOSE -> CONV;
        case DEPTHWISE_CONV -> DEPTHWISE_CONV;
        case GROUPED_CONV -> GROUPED_CONV;
        case GEMM, MATMUL -> MATMUL;
        case GATHER -> OTHER;
      };
    }
  }
}
