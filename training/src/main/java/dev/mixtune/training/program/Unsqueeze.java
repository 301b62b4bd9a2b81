package dev.mixtune.training.program;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;

/** ONNX Unsqueeze: axes of length 1 at the named places of the result. */
final class Unsqueeze implements Operator {

  @Override
  public String type() {
    return "Unsqueeze";
  }

  @Override
  public NDArray run(Call call) {
    NDArray input = call.input(0);
    long[] shape = input.getShape().getShape();
    int count = call.has(1) ? call.longs(1).length : call.axes(1, 0).length;
    long[] wider = new long[shape.length + count];
    for (int axis : call.axes(1, wider.length)) {
      wider[axis] = 1;
    }
    int next = 0;
    for (int i = 0; i < wider.length; i++) {
      if (wider[i] == 0) {
        wider[i] = shape[next++];
      }
    }
    return Arrays.equals(shape, wider) ? input : input.reshape(new Shape(wider));
  }
}
