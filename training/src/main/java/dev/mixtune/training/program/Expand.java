package dev.mixtune.training.program;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

/** ONNX Expand: broadcast both ways. */
final class Expand implements Operator {

  @Override
  public String type() {
    return "Expand";
  }

  @Override
  public NDArray run(Call call) {
    long[] own = call.input(0).getShape().getShape();
    long[] wanted = call.longs(1);
    long[] shape = new long[Math.max(own.length, wanted.length)];
    for (int i = 0; i < shape.length; i++) {
      long left = axis(own, i, shape.length);
      long right = axis(wanted, i, shape.length);
      shape[i] = left == 1 ? right : left;
    }
    return call.input(0).broadcast(new Shape(shape));
  }

  private static long axis(long[] shape, int index, int rank) {
    int own = index - (rank - shape.length);
    return own < 0 ? 1 : shape[own];
  }
}
