package dev.mixtune.training.program;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

/** ONNX Reshape: 0 keeps an axis, -1 takes what is left. */
final class Reshape implements Operator {

  @Override
  public String type() {
    return "Reshape";
  }

  @Override
  public NDArray run(Call call) {
    NDArray input = call.input(0);
    long[] shape = call.longs(1).clone();
    if (call.attributes().integer("allowzero", 0) == 0) {
      for (int i = 0; i < shape.length; i++) {
        shape[i] = shape[i] == 0 ? input.getShape().get(i) : shape[i];
      }
    }
    return input.reshape(new Shape(shape));
  }
}
