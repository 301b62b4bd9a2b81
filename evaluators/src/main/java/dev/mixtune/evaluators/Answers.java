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
 * @param values row-major, the classes of a position side by side
 * @param width values per sample
 * @param classes values per decision: all of them, but for models that decide at many positions
 */
@SuppressWarnings("ArrayRecordComponent") // lives as long as one batch
record Answers(float[] values, int width, int classes) {

  /** Answers of one decision each. */
  Answers(float[] values, int width) {
    this(values, width, width);
  }

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

  /**
   * The first float32 output, one row per sample. An output {@code [N, steps, classes]} decides at
   * each step, one {@code [N, classes, height, width]} at each pixel.
   */
  static Answers ofFirstOutput(List<Tensor> outputs, int fed) {
    for (Tensor output : outputs) {
      if (output instanceof Tensor.Floats floats) {
        long[] shape = floats.shape();
        if (shape.length == 0 || shape[0] != fed || floats.values().length == 0) {
          throw new RuntimeFailure(
              "the output of shape "
                  + Arrays.toString(shape)
                  + " is not one row for each of "
                  + fed
                  + " samples",
              /* cause= */ null);
        }
        return of(floats.values(), shape, floats.values().length / fed);
      }
    }
    throw new RuntimeFailure("the model has no float32 output", /* cause= */ null);
  }

  private static Answers of(float[] values, long[] shape, int width) {
    if (Arrays.stream(shape).skip(1).filter(axis -> axis > 1).count() <= 1) {
      return new Answers(values, width);
    }
    if (shape.length == 3) {
      return new Answers(values, width, (int) shape[2]);
    }
    int classes = (int) shape[1];
    return new Answers(classes == 1 ? values : classesLast(values, width, classes), width, classes);
  }

  private static float[] classesLast(float[] values, int width, int classes) {
    float[] turned = new float[values.length];
    int positions = width / classes;
    for (int i = 0; i < values.length; i++) {
      int within = i % width;
      turned[i - within + within % positions * classes + within / positions] = values[i];
    }
    return turned;
  }

  Row row(int index) {
    return new Row(values, index * width, width, classes);
  }
}
