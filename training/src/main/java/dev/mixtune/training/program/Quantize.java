package dev.mixtune.training.program;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;

/**
 * ONNX QuantizeLinear to 8 bits with one scale: {@code saturate(round(x / scale) + zero point)},
 * half to even. The codes are floats; rounding passes gradients on as if it were not there
 * (straight-through, Bengio et al. 2013, arXiv:1308.3432), saturation stops them.
 */
final class Quantize implements Operator {

  @Override
  public String type() {
    return "QuantizeLinear";
  }

  @Override
  public NDArray run(Call call) {
    if (call.input(1).size() != 1) {
      throw call.refused("has several scales");
    }
    boolean signed = call.has(2) && call.input(2).getDataType() == DataType.INT8;
    int least = signed ? Byte.MIN_VALUE : 0;
    double zeroPoint = call.has(2) ? call.number(2) : 0;
    NDArray exact =
        call.input(0).div(call.input(1)).clip(least - zeroPoint, least + 255 - zeroPoint);
    return StraightThrough.round(exact).add(zeroPoint);
  }
}
