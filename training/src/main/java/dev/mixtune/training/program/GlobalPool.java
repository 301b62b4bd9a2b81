package dev.mixtune.training.program;

import ai.djl.ndarray.NDArray;
import java.util.function.BiFunction;
import java.util.stream.IntStream;

/**
 * A pooling over all spatial axes.
 *
 * @param type ONNX operator type
 * @param over reduces axes to length 1
 */
record GlobalPool(String type, BiFunction<NDArray, int[], NDArray> over) implements Operator {

  @Override
  public NDArray run(Call call) {
    NDArray input = call.input(0);
    return over.apply(input, IntStream.range(2, input.getShape().dimension()).toArray());
  }
}
