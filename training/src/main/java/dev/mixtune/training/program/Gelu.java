package dev.mixtune.training.program;

import ai.djl.ndarray.NDArray;

/**
 * ONNX Gelu: {@code x/2 (1 + erf(x / sqrt 2))}, or its approximation by tanh (Hendrycks and Gimpel
 * 2016, arXiv:1606.08415).
 */
final class Gelu implements Operator {
  private static final double CUBIC = 0.044715;

  @Override
  public String type() {
    return "Gelu";
  }

  @Override
  public NDArray run(Call call) {
    NDArray x = call.input(0);
    NDArray odd =
        call.attributes().text("approximate", "none").equals("tanh")
            ? Factor.times(Factor.times(x.mul(x).mul(x), CUBIC).add(x), Math.sqrt(2 / Math.PI))
                .tanh()
            : Factor.over(x, Math.sqrt(2)).erf();
    return Factor.times(odd.add(1).mul(x), 0.5);
  }
}
