package dev.mixtune.hardware.profiler;

import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.KernelUse;
import dev.mixtune.engine.KernelUse.Op;

/**
 * Kernels that one entry of a profile covers.
 *
 * @param op what they do
 * @param arithmetic how; boundaries are listed under float, as lowering names them
 * @param leastBits fewest stored bits per weight
 * @param mostBits most
 */
record CostFamily(Op op, Arithmetic arithmetic, int leastBits, int mostBits)
    implements Comparable<CostFamily> {

  /** The family of a kernel. Integer kernels read 8 bits, however few are stored. */
  static CostFamily of(KernelUse use) {
    return of(use.op(), use.arithmetic(), use.weightBits());
  }

  static CostFamily of(Op op, Arithmetic arithmetic, int bits) {
    boolean layer =
        switch (op) {
          case CONV, DEPTHWISE_CONV, GROUPED_CONV, MATMUL -> true;
          default -> false;
        };
    if (!layer) {
      return new CostFamily(op, arithmetic, 0, 0);
    }
    return switch (arithmetic) {
      case FLOAT -> new CostFamily(op, arithmetic, 16, 32);
      case INTEGER_STATIC, INTEGER_DYNAMIC -> new CostFamily(op, arithmetic, 2, 8);
      case BLOCKWISE -> new CostFamily(op, arithmetic, bits, bits);
    };
  }

  /** Whether its kernels have weights. */
  boolean hasWeights() {
    return mostBits > 0;
  }

  boolean isBoundary() {
    return op == Op.QUANTIZE || op == Op.DEQUANTIZE;
  }

  @Override
  public int compareTo(CostFamily other) {
    int byOp = op.compareTo(other.op);
    int byArithmetic = byOp != 0 ? byOp : arithmetic.compareTo(other.arithmetic);
    return byArithmetic != 0 ? byArithmetic : Integer.compare(other.mostBits, mostBits);
  }
}
