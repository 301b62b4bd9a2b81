package dev.mixtune.engine;

import java.util.List;

/**
 * One quantizable operator with constant weights.
 *
 * @param index position in the network's list of layers, 0-based, in execution order
 * @param name the node's name in the model, unique among layers
 * @param kind what the operator is
 * @param group layers with the same group must share one scheme (tied weights); a layer that shares
 *     nothing has a group of its own
 * @param weightShape Conv {@code [out, in/groups, (kh,) kw]}, ConvTranspose {@code [in, out/groups,
 *     ...]}, Gather {@code [rows, width]}, Gemm and MatMul as stored in the model
 * @param inputShape shape of the activation input at batch 1; unknown axes are 1
 * @param outputShape shape of the output at batch 1; unknown axes are 1
 * @param macs multiply-accumulates at batch 1
 * @param parameters number of weights, bias not counted
 */
public record Layer(
    int index,
    String name,
    OperatorKind kind,
    String group,
    List<Long> weightShape,
    List<Long> inputShape,
    List<Long> outputShape,
    long macs,
    long parameters) {

  public Layer {
    weightShape = List.copyOf(weightShape);
    inputShape = List.copyOf(inputShape);
    outputShape = List.copyOf(outputShape);
    if (index < 0 || parameters <= 0 || macs < 0) {
      throw new IllegalArgumentException(
          "layer '" + name + "': index " + index + ", parameters " + parameters + ", macs " + macs);
    }
  }
}
