package dev.mixtune.training.program;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.stream.IntStream;

/** ONNX Squeeze: drops the named axes of length 1, or all of them. */
final class Squeeze implements Operator {

  @Override
  public String type() {
    return "Squeeze";
  }

  @Override
  public NDArray run(Call call) {
    NDArray input = call.input(0);
    long[] shape = input.getShape().getShape();
    int[] named = call.axes(1, shape.length);
    long[] kept =
        IntStream.range(0, shape.length)
            .filter(
                axis ->
                    named.length == 0
                        ? shape[axis] != 1
                        : Arrays.stream(named).noneMatch(n -> n == axis))
            .mapToLong(axis -> shape[axis])
            .toArray();
    return input.reshape(new Shape(kept));
  }
}
