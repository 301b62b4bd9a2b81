package dev.mixtune.evaluators;

import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.runtime.ModelRuntime;
import dev.mixtune.engine.runtime.Session;
import java.util.List;
import java.util.Map;

/**
 * Counts right answers (largest output is the label) of models that give several answers at once.
 */
public final class RightAnswers {
  private RightAnswers() {}

  /**
   * How many samples each output of a model answers right.
   *
   * @param model serialized ONNX; every output is {@code [batch, classes]}
   * @param samples with labels
   * @param batch samples per run
   */
  public static int[] count(ModelRuntime runtime, byte[] model, SampleSet samples, int batch) {
    try (Session session = runtime.open(model, 1)) {
      int[] right = new int[session.outputs().size()];
      int position = 0;
      for (Map<String, Tensor> inputs : samples.batches(batch, /* padded= */ false)) {
        List<Tensor> answers = session.run(inputs);
        int rows = 0;
        for (int output = 0; output < right.length; output++) {
          Tensor.Floats answer = (Tensor.Floats) answers.get(output);
          rows = Math.toIntExact(answer.shape()[0]);
          int classes = answer.values().length / rows;
          for (int row = 0; row < rows; row++) {
            Row values = new Row(answer.values(), row * classes, classes);
            right[output] += values.argmax() == samples.label(position + row) ? 1 : 0;
          }
        }
        position += rows;
      }
      return right;
    }
  }
}
