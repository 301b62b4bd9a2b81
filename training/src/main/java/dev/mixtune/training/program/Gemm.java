package dev.mixtune.training.program;

import ai.djl.ndarray.NDArray;

/** ONNX Gemm: {@code alpha A B + beta C}, each matrix perhaps transposed. */
final class Gemm implements Operator {

  @Override
  public String type() {
    return "Gemm";
  }

  @Override
  public NDArray run(Call call) {
    NDArray left = matrix(call, 0, "transA");
    NDArray product = scaled(left.matMul(matrix(call, 1, "transB")), call, "alpha");
    return call.has(2) ? product.add(scaled(call.input(2), call, "beta")) : product;
  }

  private static NDArray matrix(Call call, int input, String transposed) {
    NDArray matrix = call.input(input);
    return call.attributes().integer(transposed, 0) == 1 ? matrix.transpose(1, 0) : matrix;
  }

  private static NDArray scaled(NDArray array, Call call, String factor) {
    float by = call.attributes().real(factor, 1);
    return by == 1 ? array : Factor.times(array, by);
  }
}
