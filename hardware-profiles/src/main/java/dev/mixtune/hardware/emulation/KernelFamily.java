package dev.mixtune.hardware.emulation;

import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.KernelUse;
import dev.mixtune.engine.KernelUse.Op;
import dev.mixtune.engine.Scheme;
import java.util.List;
import java.util.Set;

/**
 * Kernels that share an entry of a profile, and what their counts may depend on.
 *
 * @param op the operator
 * @param arithmetics whose cost the entry is
 * @param leastBits fewest stored bits that the entry covers
 * @param mostBits most stored bits that the entry covers
 * @param probed the scheme whose probes are counted
 * @param basis the terms of the fit
 * @param calibration whose published figures say how much of the peak is reached
 * @param bytesIn bytes of an input element
 * @param bytesOut bytes of an output element
 * @param bytesPerWeight bytes of a weight, its scales included
 */
record KernelFamily(
    Op op,
    Set<Arithmetic> arithmetics,
    int leastBits,
    int mostBits,
    Scheme probed,
    TermFit.Basis basis,
    Efficiency calibration,
    double bytesIn,
    double bytesOut,
    double bytesPerWeight) {

  /** Families of kernels for which there are published figures of their own. */
  enum Efficiency {
    FLOAT,
    INTEGER,
    FLOAT_DEPTHWISE,
    INTEGER_DEPTHWISE
  }

  private static final Set<Arithmetic> FLOAT = Set.of(Arithmetic.FLOAT);
  private static final Set<Arithmetic> STATIC = Set.of(Arithmetic.INTEGER_STATIC);
  private static final Set<Arithmetic> EVERY = Set.of(Arithmetic.values());

  /** All families that are counted, in the order of the profile. */
  static List<KernelFamily> all() {
    return List.of(
        floats(Op.CONV, TermFit.Basis.CONVOLUTION, Efficiency.FLOAT),
        integers(Op.CONV, TermFit.Basis.CONVOLUTION, Efficiency.INTEGER),
        floats(Op.DEPTHWISE_CONV, TermFit.Basis.DEPTHWISE, Efficiency.FLOAT_DEPTHWISE),
        integers(Op.DEPTHWISE_CONV, TermFit.Basis.DEPTHWISE, Efficiency.INTEGER_DEPTHWISE),
        floats(Op.GROUPED_CONV, TermFit.Basis.GROUPED, Efficiency.FLOAT),
        integers(Op.GROUPED_CONV, TermFit.Basis.GROUPED, Efficiency.INTEGER),
        product(Arithmetic.FLOAT, 0, 32, Scheme.F32, 4, 4),
        product(Arithmetic.INTEGER_STATIC, 0, 8, Scheme.W8A8, 1, 1),
        product(Arithmetic.INTEGER_DYNAMIC, 2, 8, Scheme.W8A8_DYNAMIC, 4, 1),
        product(Arithmetic.BLOCKWISE, 8, 8, Scheme.W8_BLOCK, 4, 1.125),
        product(Arithmetic.BLOCKWISE, 4, 4, Scheme.W4_BLOCK, 4, 0.625),
        product(Arithmetic.BLOCKWISE, 2, 2, Scheme.W2_BLOCK, 4, 0.375),
        plain(Op.ADD, false, TermFit.Basis.ELEMENTS),
        plain(Op.ADD, true, TermFit.Basis.ELEMENTS),
        plain(Op.POOL, false, TermFit.Basis.POOLING),
        plain(Op.POOL, true, TermFit.Basis.POOLING),
        plain(Op.ACTIVATION, false, TermFit.Basis.ELEMENTS),
        plain(Op.ACTIVATION, true, TermFit.Basis.ELEMENTS),
        plain(Op.CONCAT, false, TermFit.Basis.ELEMENTS),
        plain(Op.CONCAT, true, TermFit.Basis.ELEMENTS),
        boundary(Op.QUANTIZE, 4, 1),
        boundary(Op.DEQUANTIZE, 1, 4));
  }

  /** Whether the family's fit is about this probe. */
  boolean covers(Probe probe) {
    return probe.op() == op && probe.scheme() == probed;
  }

  /** Whether the family's entry is about this kernel. */
  boolean prices(KernelUse use) {
    return use.op() == op
        && arithmetics.contains(use.arithmetic())
        && leastBits <= use.weightBits()
        && use.weightBits() <= mostBits;
  }

  private static KernelFamily floats(Op op, TermFit.Basis basis, Efficiency efficiency) {
    return new KernelFamily(op, FLOAT, 16, 32, Scheme.F32, basis, efficiency, 4, 4, 4);
  }

  private static KernelFamily integers(Op op, TermFit.Basis basis, Efficiency efficiency) {
    return new KernelFamily(op, STATIC, 2, 8, Scheme.W8A8, basis, efficiency, 1, 1, 1);
  }

  private static KernelFamily product(
      Arithmetic arithmetic,
      int least,
      int most,
      Scheme probed,
      double bytes,
      double bytesPerWeight) {
    return new KernelFamily(
        Op.MATMUL,
        Set.of(arithmetic),
        least,
        most,
        probed,
        TermFit.Basis.PRODUCT,
        arithmetic == Arithmetic.FLOAT ? Efficiency.FLOAT : Efficiency.INTEGER,
        bytes,
        bytes,
        bytesPerWeight);
  }

  private static KernelFamily plain(Op op, boolean integer, TermFit.Basis basis) {
    double bytes = integer ? 1 : 4;
    return new KernelFamily(
        op,
        integer ? STATIC : FLOAT,
        0,
        0,
        integer ? Scheme.W8A8 : Scheme.F32,
        basis,
        integer ? Efficiency.INTEGER : Efficiency.FLOAT,
        bytes,
        bytes,
        0);
  }

  private static KernelFamily boundary(Op op, double bytesIn, double bytesOut) {
    return new KernelFamily(
        op,
        EVERY,
        0,
        0,
        Scheme.F32,
        TermFit.Basis.INPUTS,
        Efficiency.INTEGER,
        bytesIn,
        bytesOut,
        0);
  }
}
