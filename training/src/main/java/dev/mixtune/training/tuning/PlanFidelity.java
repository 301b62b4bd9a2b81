package dev.mixtune.training.tuning;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.runtime.ModelRuntime;
import dev.mixtune.engine.runtime.Session;
import dev.mixtune.training.program.GradientProgram;
import java.util.Map;

/** How often a program and the file that it stands for name the same class. */
public final class PlanFidelity {
  private final ModelRuntime runtime;
  private final NDManager manager;

  public PlanFidelity(ModelRuntime runtime, NDManager manager) {
    this.runtime = runtime;
    this.manager = manager;
  }

  /**
   * The share of samples with the same first largest output, 0..1.
   *
   * @param model the file, run by the runtime
   * @param program what stands for it
   * @param batches samples
   */
  public double agreement(
      byte[] model, GradientProgram program, Iterable<Map<String, Tensor>> batches) {
    int same = 0;
    int samples = 0;
    try (Session session = runtime.open(model, 1)) {
      for (Map<String, Tensor> batch : batches) {
        Tensor.Floats file = (Tensor.Floats) session.run(batch).get(0);
        float[] values = file.values();
        int rows = Math.toIntExact(file.shape()[0]);
        try (NDScope scope = new NDScope()) {
          scope.suppressNotUsedWarning();
          NDArray answer = program.run(FineTuning.arrays(batch, manager)).get(0);
          float[] own = answer.toFloatArray();
          int classes = values.length / rows;
          for (int row = 0; row < rows; row++) {
            same +=
                largest(values, row * classes, classes) == largest(own, row * classes, classes)
                    ? 1
                    : 0;
          }
        }
        samples += rows;
      }
    }
    return (double) same / samples;
  }

  private static int largest(float[] values, int start, int count) {
    int best = 0;
    for (int i = 1; i < count; i++) {
      if (values[start + i] > values[start + best]) {
        best = i;
      }
    }
    return best;
  }
}
