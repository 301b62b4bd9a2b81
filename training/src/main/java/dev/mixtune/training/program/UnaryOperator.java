package dev.mixtune.training.program;

import ai.djl.ndarray.NDArray;
import java.util.function.Function;

/**
 * An operator that maps each element, whatever its attributes.
 *
 * @param type ONNX operator type
 * @param function of the input
 */
record UnaryOperator(String type, Function<NDArray, NDArray> function) implements Operator {

  @Override
  public NDArray run(Call call) {
    return function.apply(call.input(0));
  }
}
