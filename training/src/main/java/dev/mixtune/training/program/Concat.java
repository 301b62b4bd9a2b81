package dev.mixtune.training.program;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;

/** ONNX Concat. */
final class Concat implements Operator {

  @Override
  public String type() {
    return "Concat";
  }

  @Override
  public NDArray run(Call call) {
    NDList parts = new NDList();
    for (int i = 0; i < call.inputs(); i++) {
      parts.add(call.input(i));
    }
    return NDArrays.concat(parts, call.axis(0, call.input(0).getShape().dimension()));
  }
}
