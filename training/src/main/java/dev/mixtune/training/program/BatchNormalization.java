package dev.mixtune.training.program;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.Optional;

/** ONNX BatchNormalization with its stored statistics, as at inference. */
final class BatchNormalization implements Operator {

  @Override
  public String type() {
    return "BatchNormalization";
  }

  @Override
  public Optional<String> refusal(Attributes attributes) {
    return attributes.integer("training_mode", 0) == 1
        ? Optional.of("was exported in training mode")
        : Optional.empty();
  }

  @Override
  public NDArray run(Call call) {
    NDArray input = call.input(0);
    long[] axes = new long[input.getShape().dimension()];
    Arrays.fill(axes, 1);
    axes[1] = -1;
    Shape channels = new Shape(axes);
    NDArray variance = call.input(4).reshape(channels);
    NDArray deviation = variance.add(call.attributes().real("epsilon", 1e-5f)).sqrt();
    return input
        .sub(call.input(3).reshape(channels))
        .div(deviation)
        .mul(call.input(1).reshape(channels))
        .add(call.input(2).reshape(channels));
  }
}
