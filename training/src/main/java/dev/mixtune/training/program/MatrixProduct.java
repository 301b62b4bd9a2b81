package dev.mixtune.training.program;

import ai.djl.ndarray.NDArray;

/** ONNX MatMul with NumPy's broadcasting. */
final class MatrixProduct implements Operator {

  @Override
  public String type() {
    return "MatMul";
  }

  @Override
  public NDArray run(Call call) {
    return call.input(0).matMul(call.input(1));
  }
}
