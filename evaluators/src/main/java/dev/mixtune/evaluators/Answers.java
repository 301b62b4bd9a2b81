package dev.mixtune.evaluators;

import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.runtime.RuntimeFailure;
import dev.mixtune.engine.runtime.Session;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A model's answers to one batch, one row per sample.
 *
 * @param values row-major
 * @param width values per sample
 */
@SuppressWarnings("ArrayRecordComponent") // lives as long as one batch
record Answers(float[] values, int width) {

  /**
   * Runs one batch.
   *
   * @param fed samples in the batch, padding included
   * @param wanted samples whose answers must be finite
   * @param start position of the first sample, for messages
   * @throws RuntimeFailure when there are no usable answers
   */
  static Answers run(
      Session session, Feed feed, OutputReader reader, int fed, int wanted, int start) {
    List<Answers> parts = new ArrayList<>();
    feed.runs().forEach(run -> parts.add(reader.read(session.run(run), run, fed)));
    Answers answers = parts.size() == 1 ? parts.get(0) : joined(parts);
    for (int i = 0; i < wanted; i++) {
      if (!answers.row(i).isFinite()) {
        throw new RuntimeFailure(
            "the answer to sample " + (start + i) + " is NaN or infinite", /* cause= */ null);
      }
    }
    return answers;
  }

  /** Several runs about one sample make one long row. */
  private static Answers joined(List<Answers> parts) {
    int width = parts.stream().mapToInt(Answers::width).sum();
    float[] values = new float[width];
    int next = 0;
    for (Answers part : parts) {
      System.arraycopy(part.values, 0, values, next, part.width);
      next += part.width;
    }
    return new Answers(values, width);
  }

  /** The first float32 output, one row per sample. */
  static Answers ofFirstOutput(List<Tensor> outputs, int fed) {
    for (Tensor output : outputs) {
      if (output instanceof Tensor.Floats floats) {
        long[] shape = floats.shape();
        long wideAxes = Arrays.stream(shape).skip(1).filter(axis -> axis > 1).count();
        if (shape.length == 0 || shape[0] != fed || wideAxes > 1 || floats.values().length == 0) {
          throw new RuntimeFailure(
              "the output of shape "
                  + Arrays.toString(shape)
                  + " is not one row of classes for each of "
                  + fed
                  + " samples",
              /* cause= */ null);
        }
        return new Answers(floats.values(), floats.values().length / fed);
      }
    }
    throw new RuntimeFailure("the model has no float32 output", /* cause= */ null);
  }

  Row row(int index) {
    return new Row(values, index * width, width);
  }
}
