package dev.mixtune.evaluators;

/** Says for one sample whether an answer counts as right. Its value is the share of them, 0..1. */
public non-sealed interface CountMetric extends Metric {

  /**
   * Whether the answer is right.
   *
   * @param answer the candidate's (or the float model's own) row of outputs
   * @param floatAnswer the float model's row for the same sample
   * @param label the sample's class; ignored by metrics that need none
   */
  boolean right(Row answer, Row floatAnswer, int label);
}
