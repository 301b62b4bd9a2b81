package dev.mixtune.training.program;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import dev.mixtune.engine.UserException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One run of one node: its attributes and the values of its inputs. */
final class Call {
  private final Attributes attributes;
  private final List<@Nullable NDArray> inputs;
  private final DataType floats;

  /**
   * @param inputs null where an optional input is left out
   * @param floats what the program computes floats in
   */
  Call(Attributes attributes, List<@Nullable NDArray> inputs, DataType floats) {
    this.attributes = attributes;
    this.inputs = Collections.unmodifiableList(new ArrayList<>(inputs));
    this.floats = floats;
  }

  Attributes attributes() {
    return attributes;
  }

  /** What the program computes floats in. */
  DataType floats() {
    return floats;
  }

  int inputs() {
    return inputs.size();
  }

  boolean has(int index) {
    return index < inputs.size() && inputs.get(index) != null;
  }

  NDArray input(int index) {
    NDArray input = index < inputs.size() ? inputs.get(index) : null;
    if (input == null) {
      throw refused("has no input " + index);
    }
    return input;
  }

  /** The integers of an input, flat. */
  long[] longs(int index) {
    return integers(input(index));
  }

  /** The first value of an input. */
  double number(int index) {
    return input(index).toType(DataType.FLOAT64, /* copy= */ false).toDoubleArray()[0];
  }

  /**
   * Axes from an input, or in older operator sets from an attribute; none where there is neither.
   * Counted from the front.
   */
  int[] axes(int index, int rank) {
    long[] axes =
        has(index) ? longs(index) : attributes.integers("axes").orElseGet(() -> new long[0]);
    int[] counted = new int[axes.length];
    for (int i = 0; i < axes.length; i++) {
      counted[i] = fromFront(axes[i], rank);
    }
    return counted;
  }

  /** The axis that the attribute {@code axis} names, counted from the front. */
  int axis(long absent, int rank) {
    return fromFront(attributes.integer("axis", absent), rank);
  }

  private static int fromFront(long axis, int rank) {
    return Math.toIntExact(axis < 0 ? axis + rank : axis);
  }

  private static long[] integers(NDArray array) {
    return array.toType(DataType.INT64, /* copy= */ false).toLongArray();
  }

  /** What a node cannot do, found only when its inputs are there. */
  UserException refused(String what) {
    return Refusal.of(attributes.node(), what);
  }
}
