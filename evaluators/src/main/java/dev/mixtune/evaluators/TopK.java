package dev.mixtune.evaluators;

import java.util.Arrays;

/**
 * Whether the label is among the {@code k} largest outputs. Of equal outputs the one with the lower
 * index counts as larger: integer kernels make ties, and a tie must not count for both.
 *
 * @param k at least 1
 */
public record TopK(int k) implements CountMetric {

  public TopK {
    if (k < 1) {
      throw new IllegalArgumentException("top" + k);
    }
  }

  @Override
  public String id() {
    return "top" + k;
  }

  @Override
  public boolean needsLabels() {
    return true;
  }

  @Override
  public int minimumValues() {
    return k + 1;
  }

  @Override
  public boolean right(Row answer, Row floatAnswer, int label) {
    float value = answer.at(label);
    int larger = 0;
    for (int i = 0; i < answer.length(); i++) {
      if (answer.at(i) > value || (answer.at(i) == value && i < label)) {
        larger++;
      }
    }
    return larger < k;
  }

  /** How far the label is from the last output that counts, or from the first that does not. */
  @Override
  public float margin(Row floatAnswer, int label) {
    float[] values = new float[floatAnswer.length()];
    for (int i = 0; i < values.length; i++) {
      values[i] = floatAnswer.at(i);
    }
    Arrays.sort(values);
    float lastCounted = values[values.length - k];
    float firstMissed = values[values.length - k - 1];
    float value = floatAnswer.at(label);
    return value >= lastCounted ? value - firstMissed : lastCounted - value;
  }
}
