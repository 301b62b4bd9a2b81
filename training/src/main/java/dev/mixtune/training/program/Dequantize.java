package dev.mixtune.training.program;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;

/** ONNX DequantizeLinear: {@code (code - zero point) scale}, one scale or one for each channel. */
final class Dequantize implements Operator {

  @Override
  public String type() {
    return "DequantizeLinear";
  }

  @Override
  public NDArray run(Call call) {
    NDArray codes = call.input(0).toType(call.floats(), /* copy= */ false);
    NDArray scale = along(call, call.input(1));
    if (!call.has(2)) {
      return codes.mul(scale);
    }
    NDArray zero = along(call, call.input(2).toType(call.floats(), /* copy= */ false));
    return codes.sub(zero).mul(scale);
  }

  private static NDArray along(Call call, NDArray perChannel) {
    if (perChannel.size() == 1) {
      return perChannel.reshape(new Shape());
    }
    int rank = call.input(0).getShape().dimension();
    long[] axes = new long[rank];
    Arrays.fill(axes, 1);
    axes[call.axis(1, rank)] = -1;
    return perChannel.reshape(new Shape(axes));
  }
}
