package dev.mixtune.evaluators;

import java.util.Objects;

/**
 * One sample's answer: a window on a larger array, not a copy.
 *
 * @param values outputs of many samples
 * @param offset where this sample's begin
 * @param length how many this sample has
 */
@SuppressWarnings("ArrayRecordComponent") // a window: copying it would undo its purpose
public record Row(float[] values, int offset, int length) {

  public Row {
    Objects.checkFromIndexSize(offset, length, values.length);
    if (length == 0) {
      throw new IllegalArgumentException("an answer needs at least one value");
    }
  }

  /** The value at {@code index}. */
  public float at(int index) {
    return values[offset + index];
  }

  /** Position of the largest value; the first of equal ones. */
  public int argmax() {
    int best = 0;
    for (int i = 1; i < length; i++) {
      if (at(i) > at(best)) {
        best = i;
      }
    }
    return best;
  }

  /** Whether no value is NaN or infinite. */
  public boolean isFinite() {
    for (int i = 0; i < length; i++) {
      if (!Float.isFinite(at(i))) {
        return false;
      }
    }
    return true;
  }
}
