package dev.mixtune.engine;

/**
 * One kernel that a lowered plan runs, with what determines its cost.
 *
 * @param op what runs
 * @param arithmetic how it computes
 * @param weightBits stored bits per weight for layers, 0 for other operators
 * @param name the layer's or node's name
 * @param macs multiply-accumulates, 0 for operators without weights
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
    /** Float to integer at a boundary between precisions. */
    QUANTIZE,
    /** Integer to float at a boundary between precisions. */
    DEQUANTIZE
  }
}
