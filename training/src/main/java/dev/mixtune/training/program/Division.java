package dev.mixtune.training.program;

import ai.djl.ndarray.NDArray;

/** ONNX Div: true division of floats; integers, which shapes are computed in, are truncated. */
final class Division implements Operator {

  @Override
  public String type() {
    return "Div";
  }

  @Override
  public NDArray run(Call call) {
    NDArray quotient = call.input(0).div(call.input(1));
    return call.input(0).getDataType().isFloating()
        ? quotient
        : quotient.toType(call.input(0).getDataType(), /* copy= */ false);
  }
}
