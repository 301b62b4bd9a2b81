package dev.mixtune.training.tuning;

import ai.djl.ndarray.NDArray;
import dev.mixtune.training.program.Factor;
import org.jspecify.annotations.Nullable;

/**
 * How far a student's answers are from its teacher's: the Kullback-Leibler divergence of class
 * probabilities at a temperature (Hinton et al. 2015, arXiv:1503.02531), its factor {@code T^2}
 * included. Where there are labels, a share of it may be their cross entropy.
 *
 * @param temperature above 0; higher ones look at the unlikely classes too
 * @param labelShare weight of the labels, 0..1
 */
record Distillation(double temperature, double labelShare) {

  Distillation {
    if (!(temperature > 0) || !(labelShare >= 0 && labelShare <= 1)) {
      throw new IllegalArgumentException("temperature " + temperature + ", share " + labelShare);
    }
  }

  /**
   * The mean over a batch.
   *
   * @param student logits [N, classes]
   * @param teacher logits [N, classes], constant
   * @param labels one-hot [N, classes], constant; null where there are none
   */
  NDArray loss(NDArray student, NDArray teacher, @Nullable NDArray labels) {
    NDArray soft = loss(student, teacher);
    if (labels == null || labelShare == 0) {
      return soft;
    }
    NDArray hard =
        Factor.times(labels.mul(student.logSoftmax(1)).sum(), -1.0 / student.getShape().get(0));
    return Factor.times(soft, 1 - labelShare).add(Factor.times(hard, labelShare));
  }

  /**
   * The mean over a batch.
   *
   * @param student logits [N, classes]
   * @param teacher logits [N, classes], constant
   */
  NDArray loss(NDArray student, NDArray teacher) {
    NDArray expected = Factor.over(teacher, temperature).logSoftmax(1);
    NDArray actual = Factor.over(student, temperature).logSoftmax(1);
    return Factor.times(
        expected.exp().mul(expected.sub(actual)).sum(),
        temperature * temperature / student.getShape().get(0));
  }
}
