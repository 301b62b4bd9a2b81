package dev.mixtune.training.tuning;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.onnx.proto.OnnxMl.NodeProto;
import dev.mixtune.engine.OperatorKind;
import dev.mixtune.engine.graph.Graph;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The mean input of each weight of a layer.
 *
 * @param means in a shape that broadcasts over the weight
 * @param outputs the weight's axis of outputs
 */
record InputMeans(NDArray means, int outputs) {

  /**
   * Looks at a batch. Empty for layers without an output for each entry of the bias.
   *
   * @param node the layer in the program
   * @param weight its weight's shape
   * @param input what it reads, [N, channels, ...]
   * @param manager owner of the result
   */
  static Optional<InputMeans> of(
      NodeProto node, OperatorKind kind, Shape weight, NDArray input, NDManager manager) {
    return switch (kind) {
      case CONV, DEPTHWISE_CONV, GROUPED_CONV ->
          Optional.of(ofConvolution(weight, perChannel(input), manager));
      case GEMM -> ofGemm(node, weight, input, manager);
      case MATMUL, CONV_TRANSPOSE, GATHER -> Optional.empty();
    };
  }

  private static float[] perChannel(NDArray input) {
    long[] shape = input.getShape().getShape();
    return input
        .reshape(shape[0], shape[1], -1)
        .mean(new int[] {2})
        .mean(new int[] {0})
        .toFloatArray();
  }

  /** Weights [out, in/groups, ...]: each output sees the channels of its group. */
  private static InputMeans ofConvolution(Shape weight, float[] means, NDManager manager) {
    int outputs = Math.toIntExact(weight.get(0));
    int seen = Math.toIntExact(weight.get(1));
    int perGroup = outputs / (means.length / seen);
    float[] each = new float[outputs * seen];
    for (int output = 0; output < outputs; output++) {
      System.arraycopy(means, output / perGroup * seen, each, output * seen, seen);
    }
    long[] axes = new long[weight.dimension()];
    Arrays.fill(axes, 1);
    axes[0] = outputs;
    axes[1] = seen;
    return new InputMeans(manager.create(each, new Shape(axes)), 0);
  }

  private static Optional<InputMeans> ofGemm(
      NodeProto node, Shape weight, NDArray input, NDManager manager) {
    boolean plain =
        Graph.intAttribute(node, "transA", 0) == 0
            && Graph.floatAttribute(node, "alpha", 1) == 1
            && Graph.floatAttribute(node, "beta", 1) == 1;
    if (!plain) {
      return Optional.empty();
    }
    int outputs = Graph.intAttribute(node, "transB", 0) == 1 ? 0 : 1;
    long inputs = weight.get(1 - outputs);
    Shape shape = outputs == 0 ? new Shape(1, inputs) : new Shape(inputs, 1);
    return Optional.of(new InputMeans(manager.create(perChannel(input), shape), outputs));
  }

  /**
   * These and others of the same layer.
   *
   * @param share weight of the others, 0..1
   */
  InputMeans joined(InputMeans others, double share) {
    return new InputMeans(means.mul(1 - share).add(others.means.mul(share)), outputs);
  }

  /** What these weights make of the mean inputs: one value for each output. */
  NDArray mapped(NDArray weights) {
    int[] others =
        IntStream.range(0, weights.getShape().dimension())
            .filter(axis -> axis != outputs)
            .toArray();
    return weights.mul(means).sum(others);
  }
}
