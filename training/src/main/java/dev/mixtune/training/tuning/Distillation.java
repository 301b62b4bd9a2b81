package dev.mixtune.training.tuning;

import ai.djl.ndarray.NDArray;

/**
 * How far a student's answers are from its teacher's: the Kullback-Leibler divergence of class
 * probabilities at a temperature (Hinton et al. 2015, arXiv:1503.02531), its factor {@code T^2}
 * included.
 *
 * @param temperature above 0; higher ones look at the unlikely classes too
 */
record Distillation(double temperature) {

  Distillation {
    if (!(temperature > 0)) {
      throw new IllegalArgumentException("temperature " + temperature);
    }
  }

  /**
   * The mean over a batch.
   *
   * @param student logits [N, classes]
   * @param teacher logits [N, classes], constant
   */
  NDArray loss(NDArray student, NDArray teacher) {
    NDArray expected = teacher.div(temperature).logSoftmax(1);
    NDArray actual = student.div(temperature).logSoftmax(1);
    return expected
        .exp()
        .mul(expected.sub(actual))
        .sum()
        .mul((float) (temperature * temperature / student.getShape().get(0)));
  }
}
