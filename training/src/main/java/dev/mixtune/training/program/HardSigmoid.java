package dev.mixtune.training.program;

import ai.djl.ndarray.NDArray;

/** ONNX HardSigmoid: {@code max(0, min(1, alpha x + beta))}. */
final class HardSigmoid implements Operator {

  @Override
  public String type() {
    return "HardSigmoid";
  }

  @Override
  public NDArray run(Call call) {
    float alpha = call.attributes().real("alpha", 0.2f);
    float beta = call.attributes().real("beta", 0.5f);
    return Factor.times(call.input(0), alpha).add(beta).clip(0, 1);
  }
}
