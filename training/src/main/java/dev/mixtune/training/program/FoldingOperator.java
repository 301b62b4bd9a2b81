package dev.mixtune.training.program;

import ai.djl.ndarray.NDArray;
import java.util.function.BinaryOperator;

/**
 * An operator that joins broadcast inputs from left to right: two of them, or any number.
 *
 * @param type ONNX operator type
 * @param function of what the inputs before gave and the next input
 */
record FoldingOperator(String type, BinaryOperator<NDArray> function) implements Operator {

  @Override
  public NDArray run(Call call) {
    NDArray result = call.input(0);
    for (int i = 1; i < call.inputs(); i++) {
      result = function.apply(result, call.input(i));
    }
    return result;
  }
}
