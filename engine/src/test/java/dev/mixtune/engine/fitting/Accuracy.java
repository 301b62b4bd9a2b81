package dev.mixtune.engine.fitting;

import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.runtime.OrtRuntime;
import dev.mixtune.engine.runtime.Session;
import java.util.Map;

/** Top-1 accuracy of a model on pictures. */
final class Accuracy {
  private Accuracy() {}

  /** Percent of the pictures whose largest output is their label. */
  static double percent(OrtRuntime runtime, byte[] model, KitData data, int batch) {
    int right = 0;
    int sample = 0;
    try (Session session = runtime.open(model, 2)) {
      for (Map<String, Tensor> inputs : data.batches(batch)) {
        Tensor.Floats answer = (Tensor.Floats) session.run(inputs).get(0);
        int classes = (int) answer.shape()[1];
        for (int i = 0; i < answer.shape()[0]; i++) {
          int best = 0;
          for (int k = 1; k < classes; k++) {
            if (answer.values()[i * classes + k] > answer.values()[i * classes + best]) {
              best = k;
            }
          }
          right += best == data.labels()[sample++] ? 1 : 0;
        }
      }
    }
    return 100.0 * right / sample;
  }
}
