package dev.mixtune.training.program;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;

/** ONNX Where. */
final class Choice implements Operator {

  @Override
  public String type() {
    return "Where";
  }

  @Override
  public NDArray run(Call call) {
    return NDArrays.where(call.input(0), call.input(1), call.input(2));
  }
}
