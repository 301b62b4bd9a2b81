package dev.mixtune.training.program;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Activation;

/** ONNX LeakyRelu. */
final class LeakyRelu implements Operator {

  @Override
  public String type() {
    return "LeakyRelu";
  }

  @Override
  public NDArray run(Call call) {
    return Activation.leakyRelu(call.input(0), call.attributes().real("alpha", 0.01f));
  }
}
