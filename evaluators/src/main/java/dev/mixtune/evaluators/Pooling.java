package dev.mixtune.evaluators;

import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.runtime.RuntimeFailure;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a text's outputs become one row. */
public enum Pooling {
  /** The mean of the outputs of all tokens that the attention mask keeps. */
  MEAN("mean"),
  /** The output of the first token. */
  CLS("cls"),
  /** The model's own row: an output {@code [texts, values]}. */
  NONE("none");

  private final String id;

  Pooling(String id) {
    this.id = id;
  }

  /** The name in task files. */
  public String id() {
    return id;
  }

  /**
   * Axes of the output that is read: {@code [texts, tokens, values]} or {@code [texts, values]}.
   */
  int axes() {
    return this == NONE ? 2 : 3;
  }

  /**
   * The row of a run with one text.
   *
   * @param mask 1 for tokens that count, 0 for padding; null where all count
   * @throws RuntimeFailure when there is no such output
   */
  Answers pool(List<Tensor> outputs, long @Nullable [] mask) {
    for (Tensor output : outputs) {
      if (output instanceof Tensor.Floats floats
          && floats.shape().length == axes()
          && floats.shape()[0] == 1
          && floats.values().length > 0) {
        return pool(floats, mask);
      }
    }
    throw new RuntimeFailure(
        "the model has no float32 output with "
            + axes()
            + " axes for one text; its outputs are "
            + outputs.stream().map(output -> Arrays.toString(output.shape())).toList(),
        /* cause= */ null);
  }

  private Answers pool(Tensor.Floats output, long @Nullable [] mask) {
    float[] values = output.values();
    if (this == NONE) {
      return new Answers(values, values.length);
    }
    int tokens = (int) output.shape()[1];
    int width = (int) output.shape()[2];
    if (this == CLS) {
      return new Answers(Arrays.copyOf(values, width), width);
    }
    double[] sums = new double[width];
    int counted = 0;
    for (int token = 0; token < tokens; token++) {
      if (mask == null || mask[token] != 0) {
        counted++;
        for (int i = 0; i < width; i++) {
          sums[i] += values[token * width + i];
        }
      }
    }
    float[] means = new float[width];
    for (int i = 0; i < width; i++) {
      means[i] = (float) (sums[i] / Math.max(1, counted));
    }
    return new Answers(means, width);
  }
}
