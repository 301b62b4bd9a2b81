package dev.mixtune.evaluators;

import java.util.Objects;

/**
 * One sample's answer: a window on a larger array, not a copy.
 *
 * @param values outputs of many samples
 * @param offset where this sample's begin
 * @param length how many this sample has
 * @param classes how many belong to one decision: {@code length} where the answer is one row of
 *     classes, less where a model decides at many positions (each step of a text line, each pixel
 *     of a map); the classes of one position lie side by side
 */
@SuppressWarnings("ArrayRecordComponent") // a window: copying it would undo its purpose
public record Row(float[] values, int offset, int length, int classes) {

  public Row {
    Objects.checkFromIndexSize(offset, length, values.length);
    if (length == 0) {
      throw new IllegalArgumentException("an answer needs at least one value");
    }
    if (classes < 1 || length % classes != 0) {
      throw new IllegalArgumentException(length + " values are not decisions of " + classes);
    }
  }

  /** One decision. */
  public Row(float[] values, int offset, int length) {
    this(values, offset, length, length);
  }

  /** Decisions in the answer, at least 1. */
  public int positions() {
    return length / classes;
  }

  /** The classes of one position, as an answer of its own. */
  public Row position(int index) {
    return new Row(values, offset + Objects.checkIndex(index, positions()) * classes, classes);
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
