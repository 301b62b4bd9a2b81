package dev.mixtune.training.program;

import ai.djl.ndarray.NDArray;

/** ONNX Shape. Integers, so no gradient is lost. */
final class ShapeOf implements Operator {

  @Override
  public String type() {
    return "Shape";
  }

  @Override
  public NDArray run(Call call) {
    return call.input(0).getManager().create(call.input(0).getShape().getShape());
  }
}
