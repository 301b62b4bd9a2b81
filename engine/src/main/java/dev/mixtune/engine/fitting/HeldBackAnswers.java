package dev.mixtune.engine.fitting;

import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.runtime.ModelRuntime;
import dev.mixtune.engine.runtime.Session;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A network's float outputs on the calibration samples that rounding did not see. */
final class HeldBackAnswers {
  private HeldBackAnswers() {}

  /**
   * Runs a model over all samples and keeps the answers to the held-back ones.
   *
   * @param every one sample in so many is held back; 1 keeps all
   */
  static List<float[]> of(
      ModelRuntime runtime, byte[] model, Iterable<Map<String, Tensor>> batches, int every) {
    List<float[]> answers = new ArrayList<>();
    try (Session session = runtime.open(model, 1)) {
      int first = 0;
      for (Map<String, Tensor> batch : batches) {
        int samples = (int) batch.values().iterator().next().shape()[0];
        for (Tensor output : session.run(batch)) {
          if (output instanceof Tensor.Floats floats) {
            keep(floats.values(), samples, first, every, answers);
          }
        }
        first += samples;
      }
    }
    return answers;
  }

  private static void keep(
      float[] values, int samples, int first, int every, List<float[]> answers) {
    int each = values.length / samples;
    for (int sample = 0; sample < samples; sample++) {
      if ((first + sample) % every == every - 1) {
        answers.add(Arrays.copyOfRange(values, sample * each, (sample + 1) * each));
      }
    }
  }
}
