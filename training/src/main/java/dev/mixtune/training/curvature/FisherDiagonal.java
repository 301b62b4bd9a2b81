package dev.mixtune.training.curvature;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.training.GradientCollector;
import dev.mixtune.engine.Tensor;
import dev.mixtune.evaluators.Curvature;
import dev.mixtune.training.program.Torch;
import dev.mixtune.training.tuning.FineTuning;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * The diagonal of the Fisher information of a network's weights: the mean over samples of squared
 * gradients of the log-likelihood. No labels: the expectation is over the answers that the network
 * itself gives, so that it is the Hessian of KL(float || plan) at the float network.
 *
 * <p>Instead of drawing an answer, whose rare and large gradients decide, the logits are pulled by
 * {@code sqrt(p) r - p (sqrt(p) . r)} with random signs r: its covariance is {@code diag(p) - p
 * p^T}, that of the gradients by the logits.
 */
final class FisherDiagonal {
  private final DifferentiableNetwork network;
  private final NDManager manager;

  FisherDiagonal(DifferentiableNetwork network, NDManager manager) {
    this.network = network;
    this.manager = manager;
  }

  /**
   * The mean over all samples.
   *
   * @param samples one per batch
   * @param draws of signs per sample
   */
  Curvature of(Iterable<Map<String, Tensor>> samples, int draws, SplittableRandom random) {
    Map<String, double[]> squares = new LinkedHashMap<>();
    int count = 0;
    for (Map<String, Tensor> sample : samples) {
      for (int i = 0; i < draws; i++) {
        add(sample, squares, random);
      }
      count++;
    }
    int terms = count * draws;
    return new Curvature(
        "fisher",
        count,
        network.layers(
            (layer, weight) ->
                Curvature.OfLayer.ofDiagonal(
                    layer, mean(squares.getOrDefault(weight, new double[0]), terms))));
  }

  private void add(
      Map<String, Tensor> sample, Map<String, double[]> squares, SplittableRandom random) {
    try (NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      Map<String, NDArray> variables = new LinkedHashMap<>();
      network
          .weights()
          .forEach(
              (name, weight) -> {
                NDArray copy = weight.duplicate();
                copy.setRequiresGradient(true);
                variables.put(name, copy);
              });
      try (GradientCollector collector = Torch.collect()) {
        NDArray logs = network.logProbabilities(FineTuning.arrays(sample, manager), variables);
        collector.backward(logs.mul(pull(logs, random)).sum());
      }
      variables.forEach(
          (name, weight) -> {
            float[] gradient =
                weight.getGradient().toType(DataType.FLOAT32, /* copy= */ false).toFloatArray();
            double[] sums = squares.computeIfAbsent(name, n -> new double[gradient.length]);
            for (int i = 0; i < gradient.length; i++) {
              sums[i] += (double) gradient[i] * gradient[i];
            }
          });
    }
  }

  private NDArray pull(NDArray logs, SplittableRandom random) {
    float[] values = logs.stopGradient().toType(DataType.FLOAT32, /* copy= */ false).toFloatArray();
    if (logs.getShape().get(0) != 1) {
      throw new IllegalArgumentException("one sample per batch, not " + logs.getShape());
    }
    double[] pulled = new double[values.length];
    double sum = 0;
    for (int i = 0; i < values.length; i++) {
      pulled[i] = (random.nextBoolean() ? 1 : -1) * Math.exp(values[i] / 2.0);
      sum += pulled[i];
    }
    for (int i = 0; i < values.length; i++) {
      pulled[i] -= Math.exp(values[i]) * sum;
    }
    return manager
        .create(pulled)
        .reshape(logs.getShape())
        .toType(logs.getDataType(), /* copy= */ false);
  }

  private static float[] mean(double[] sums, int terms) {
    float[] mean = new float[sums.length];
    for (int i = 0; i < sums.length; i++) {
      mean[i] = (float) (sums[i] / terms);
    }
    return mean;
  }
}
