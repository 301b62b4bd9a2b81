package dev.mixtune.hardware;

import dev.mixtune.engine.KernelUse;

/**
 * How often something happens in a kernel: a sum of one coefficient per thing that is counted.
 *
 * @param perMac per multiply-accumulate
 * @param perPatchElement per element of the matrix that a convolution multiplies its weights with
 *     (output positions x reduction length), the elements that are gathered before the products
 * @param perInput per element of the activation inputs
 * @param perOutput per element of the outputs
 * @param perWeight per weight
 */
public record Terms(
    double perMac, double perPatchElement, double perInput, double perOutput, double perWeight) {

  /** Nothing at all. */
  static final Terms NONE = new Terms(0, 0, 0, 0, 0);

  public Terms {
    requireCount("perMac", perMac);
    requireCount("perPatchElement", perPatchElement);
    requireCount("perInput", perInput);
    requireCount("perOutput", perOutput);
    requireCount("perWeight", perWeight);
  }

  private static void requireCount(String name, double value) {
    if (!(value >= 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(name + " is " + value + ", not a number of 0 or more");
    }
  }

  /** Whether every coefficient is 0. */
  boolean isNothing() {
    return equals(NONE);
  }

  /** The sum for one kernel. */
  public double of(KernelUse use) {
    return perMac * use.macs()
        + perPatchElement * patchElements(use)
        + perInput * use.inputElements()
        + perOutput * use.outputElements()
        + perWeight * use.weightElements();
  }

  /**
   * Output positions x reduction length. With P positions, K reduction length and C output
   * channels: macs = P K C, weights = K C, outputs = P C, hence P K = macs^2 / (weights x outputs).
   */
  static double patchElements(KernelUse use) {
    if (use.weightElements() == 0 || use.outputElements() == 0) {
      return 0;
    }
    return (double) use.macs() / use.weightElements() * use.macs() / use.outputElements();
  }
}
