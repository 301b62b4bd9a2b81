package dev.mixtune.training.curvature;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.GradientCollector;
import dev.mixtune.engine.Tensor;
import dev.mixtune.evaluators.Curvature;
import dev.mixtune.training.program.Torch;
import dev.mixtune.training.tuning.FineTuning;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * The traces of each layer's block of the Hessian of KL(float || plan) at the float network, by
 * Hutchinson's estimate with exact Hessian-vector products: the mean of {@code v . H v} over random
 * signs v (HAWQ-V2, Dong et al. 2020, arXiv:1911.03852, equation 8). One product serves all layers,
 * whose signs are independent. No labels.
 */
final class HessianTrace {
  private final DifferentiableNetwork network;
  private final NDManager manager;

  HessianTrace(DifferentiableNetwork network, NDManager manager) {
    this.network = network;
    this.manager = manager;
  }

  /**
   * The mean over all samples.
   *
   * @param batches each counts as its samples do
   * @param draws of signs per batch
   */
  Curvature of(Iterable<Map<String, Tensor>> batches, int draws, SplittableRandom random) {
    Map<String, Double> traces = new LinkedHashMap<>();
    int count = 0;
    for (Map<String, Tensor> batch : batches) {
      for (int i = 0; i < draws; i++) {
        add(batch, traces, random);
      }
      count += (int) batch.values().iterator().next().shape()[0];
    }
    double terms = (double) count * draws;
    return new Curvature(
        "hessian",
        count,
        network.layers(
            (layer, weight) ->
                Curvature.OfLayer.ofTrace(
                    layer, network.size(weight), traces.getOrDefault(weight, 0.0) / terms)));
  }

  private void add(Map<String, Tensor> batch, Map<String, Double> traces, SplittableRandom random) {
    try (NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      List<Line> lines = new ArrayList<>();
      network.weights().forEach((name, weight) -> lines.add(line(name, weight, random)));
      Map<String, NDArray> moved = new LinkedHashMap<>();
      // Not a GradientCollector's own backward: that one keeps no graph of the gradients.
      try (GradientCollector collector = Torch.collect()) {
        lines.forEach(line -> moved.put(line.name(), line.weight()));
        NDArray logs = network.logProbabilities(FineTuning.arrays(batch, manager), moved);
        // Cross entropy with the network's own answers: the divergence but for a constant.
        NDArray loss = logs.stopGradient().exp().mul(logs).sum().neg();
        backward(loss, /* again= */ true);
        double[] before = lines.stream().mapToDouble(Line::slope).toArray();
        NDArray along =
            lines.stream().map(l -> l.step().getGradient()).reduce(NDArray::add).orElseThrow();
        backward(along, /* again= */ false);
        // The second pass adds to the gradients of the first one.
        for (int i = 0; i < before.length; i++) {
          traces.merge(lines.get(i).name(), lines.get(i).slope() - before[i], Double::sum);
        }
      }
    }
  }

  private Line line(String name, NDArray weight, SplittableRandom random) {
    double[] signs = random.ints(weight.size(), 0, 2).mapToDouble(bit -> 2 * bit - 1).toArray();
    NDArray direction =
        manager
            .create(signs)
            .reshape(weight.getShape())
            .toType(weight.getDataType(), /* copy= */ false);
    NDArray step = manager.zeros(new Shape(1), weight.getDataType());
    step.setRequiresGradient(true);
    return new Line(name, weight, direction, step);
  }

  /**
   * One weight on a line through its value. What is differentiated by is the step along it, one
   * number: a gradient that has a graph keeps its variable alive beyond its scope.
   */
  private record Line(String name, NDArray start, NDArray direction, NDArray step) {
    NDArray weight() {
      return start.add(direction.mul(step));
    }

    double slope() {
      return step.getGradient().toType(DataType.FLOAT64, /* copy= */ true).toDoubleArray()[0];
    }
  }

  private static void backward(NDArray scalar, boolean again) {
    PtNDArray target = (PtNDArray) scalar;
    JniUtils.backward(target, (PtNDArray) target.onesLike(), again, again);
  }
}
