package dev.mixtune.hardware;

import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.Basis;
import dev.mixtune.engine.KernelUse;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a profile says about one family of kernels.
 *
 * @param op what runs
 * @param arithmetics how it computes, one or several
 * @param leastWeightBits fewest stored bits per weight; 0 for operators without weights
 * @param mostWeightBits most stored bits per weight
 * @param basis where the cost comes from
 * @param cost null exactly when the basis is {@link Basis#NO_KERNEL}: the layer then takes the time
 *     of the float kernel
 * @param source where the numbers come from, a sentence
 */
public record KernelEntry(
    KernelUse.Op op,
    Set<Arithmetic> arithmetics,
    int leastWeightBits,
    int mostWeightBits,
    Basis basis,
    @Nullable Cost cost,
    String source) {

  public KernelEntry {
    arithmetics = Set.copyOf(arithmetics);
    if (arithmetics.isEmpty()) {
      throw new IllegalArgumentException("arithmetics are empty");
    }
    if (leastWeightBits < 0 || mostWeightBits < leastWeightBits || mostWeightBits > 32) {
      throw new IllegalArgumentException(
          "weightBits are " + leastWeightBits + " to " + mostWeightBits + ", not within 0 to 32");
    }
    if (source.isBlank()) {
      throw new IllegalArgumentException("source is empty");
    }
    if ((basis == Basis.NO_KERNEL) != (cost == null)) {
      throw new IllegalArgumentException(
          "an entry has either a cost or the basis no-kernel, but its basis is " + basis.id());
    }
  }

  boolean covers(KernelUse.Op otherOp, Arithmetic arithmetic, int weightBits) {
    return op == otherOp
        && arithmetics.contains(arithmetic)
        && leastWeightBits <= weightBits
        && weightBits <= mostWeightBits;
  }

  boolean overlaps(KernelEntry other) {
    Set<Arithmetic> shared = EnumSet.copyOf(arithmetics);
    shared.retainAll(other.arithmetics);
    return op == other.op
        && !shared.isEmpty()
        && leastWeightBits <= other.mostWeightBits
        && other.leastWeightBits <= mostWeightBits;
  }
}
