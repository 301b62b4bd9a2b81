package dev.mixtune.training.program;

import ai.djl.ndarray.NDArray;
import java.util.stream.IntStream;

/**
 * A pooling over all spatial axes.
 *
 * @param type ONNX operator type
 * @param along reduces one axis to length 1
 */
record GlobalPool(String type, Axes.Along along) implements Operator {

  @Override
  public NDArray run(Call call) {
    NDArray input = call.input(0);
    int[] spatial = IntStream.range(2, input.getShape().dimension()).toArray();
    return Axes.reduce(input, spatial, /* keep= */ true, along);
  }
}
