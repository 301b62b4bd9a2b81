package dev.mixtune.training.program;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

/** ONNX Flatten to a matrix. */
final class Flatten implements Operator {

  @Override
  public String type() {
    return "Flatten";
  }

  @Override
  public NDArray run(Call call) {
    NDArray input = call.input(0);
    int axis = call.axis(1, input.getShape().dimension());
    return input.reshape(new Shape(input.getShape().slice(0, axis).size(), -1));
  }
}
