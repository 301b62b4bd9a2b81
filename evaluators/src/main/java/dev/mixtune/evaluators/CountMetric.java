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

  /**
   * How far the float model's answer is from changing sides: small where a small disturbance makes
   * a right answer wrong or a wrong one right. It only decides which samples are looked at first;
   * by default the distance between the two largest outputs.
   *
   * @param floatAnswer the float model's row
   * @param label the sample's class; of no meaning for metrics that need none
   */
  default float margin(Row floatAnswer, int label) {
    float largest = Float.NEGATIVE_INFINITY;
    float second = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < floatAnswer.length(); i++) {
      float value = floatAnswer.at(i);
      second = Math.max(second, Math.min(largest, value));
      largest = Math.max(largest, value);
    }
    return largest - second;
  }
}
