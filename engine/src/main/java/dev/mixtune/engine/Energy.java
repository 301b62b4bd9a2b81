package dev.mixtune.engine;

/**
 * Modelled energy of one inference at the deployment batch. Nobody measures it: it follows from
 * what a device's profile says of operations and bytes.
 *
 * @param millijoules per run, above 0
 * @param ratio against the float model on the same target, above 0
 */
public record Energy(double millijoules, double ratio) {

  public Energy {
    if (!(millijoules > 0) || !(ratio > 0) || Double.isInfinite(millijoules + ratio)) {
      throw new IllegalArgumentException("energy " + millijoules + " mJ, ratio " + ratio);
    }
  }
}
