package dev.mixtune.training.program;

import ai.djl.ndarray.NDArray;

/** ONNX Clip. Bounds are attributes before operator set 11. */
final class Clip implements Operator {

  @Override
  public String type() {
    return "Clip";
  }

  @Override
  public NDArray run(Call call) {
    double low = bound(call, 1, "min", -Float.MAX_VALUE);
    double high = bound(call, 2, "max", Float.MAX_VALUE);
    return call.input(0).clip(low, high);
  }

  private static double bound(Call call, int input, String attribute, float absent) {
    return call.has(input) ? call.number(input) : call.attributes().real(attribute, absent);
  }
}
