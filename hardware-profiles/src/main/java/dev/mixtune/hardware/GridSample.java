package dev.mixtune.hardware;

import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.KernelUse;

/**
 * What a kernel with weights took at one shape.
 *
 * @param macs multiply-accumulates
 * @param inputs elements of the activation input
 * @param outputs elements of the output
 * @param weights number of weights
 * @param nanos time of one call in nanoseconds, above 0
 */
public record GridSample(long macs, long inputs, long outputs, long weights, double nanos) {

  public GridSample {
    if (macs < 1 || inputs < 1 || outputs < 1 || weights < 1) {
      throw new IllegalArgumentException(
          "a sample counts macs, inputs, outputs and weights of at least 1, not "
              + macs
              + ", "
              + inputs
              + ", "
              + outputs
              + ", "
              + weights);
    }
    if (!(nanos > 0) || Double.isInfinite(nanos)) {
      throw new IllegalArgumentException("a sample takes " + nanos + " ns, not more than nothing");
    }
  }

  /** The sample's shape as a kernel of this operator. */
  KernelUse kernel(KernelUse.Op op) {
    return new KernelUse(op, Arithmetic.FLOAT, 0, "sample", macs, inputs, outputs, weights);
  }
}
