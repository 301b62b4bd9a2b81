package dev.mixtune.hardware;

import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.Basis;
import dev.mixtune.engine.OperatorKind;
import dev.mixtune.engine.Scheme;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** A device that plans are made for. */
public sealed interface Target permits HostTarget, ProfileTarget {

  /** The short name, such as {@code host} or {@code pixel8}. */
  String name();

  /** The weakest basis that its latencies can stand on, missing kernels left aside. */
  Basis basis();

  /** One sentence that says where the latencies come from. Printed at each use. */
  String sentence();

  /** The schemes that layers of this kind can take on the target, in the order of the enum. */
  Set<Scheme> supports(OperatorKind kind);

  /** That pruned weights pay on the target; empty when it does not say so. */
  Optional<Sparsity> sparsity();

  /**
   * The schemes that ONNX Runtime's CPU provider runs for this kind of layer.
   *
   * <p>Convolutions and Gemm have static integer kernels only; 4 and 2 bits are storage, unpacked
   * when the model is loaded. MatMul has dynamic and block-wise kernels too. ConvTranspose and
   * Gather have float kernels only, whatever their weights are stored in.
   */
  static Set<Scheme> runnable(OperatorKind kind) {
    Set<Scheme> schemes = EnumSet.noneOf(Scheme.class);
    for (Scheme scheme : Scheme.values()) {
      if (kind == OperatorKind.MATMUL
          || scheme.arithmetic() == Arithmetic.FLOAT
          || (scheme.arithmetic() == Arithmetic.INTEGER_STATIC && !kind.isStoredOnly())) {
        schemes.add(scheme);
      }
    }
    return Collections.unmodifiableSet(schemes);
  }
}
