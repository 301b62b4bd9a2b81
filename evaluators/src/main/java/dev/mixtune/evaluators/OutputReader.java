package dev.mixtune.evaluators;

import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.runtime.RuntimeFailure;
import java.util.List;
import java.util.Map;

/** Makes answers of what a model put out in one run. */
@FunctionalInterface
interface OutputReader {

  /**
   * One row for each sample of the run.
   *
   * @param outputs in the model's order
   * @param inputs what it was fed
   * @param fed samples in the run
   * @throws RuntimeFailure when there are no usable answers
   */
  Answers read(List<Tensor> outputs, Map<String, Tensor> inputs, int fed);
}
