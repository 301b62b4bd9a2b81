package dev.mixtune.engine.fitting;

/** What becomes of the activations of the network that weights are fitted in. */
public enum ActivationTreatment {
  /** 8 bits on the kernels that the plan runs on, as it ships. */
  INTEGER,
  /**
   * Float, only weights are rounded: what other tools report as weights only, and what shows how
   * much of a drop is due to weights.
   */
  FLOAT
}
