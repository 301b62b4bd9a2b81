package dev.mixtune.training.program;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.function.BiFunction;

/**
 * ONNX Softmax and LogSoftmax: along one axis, or before operator set 13 over all axes from one on.
 *
 * @param type ONNX operator type
 * @param along the function of a matrix or tensor along an axis
 */
record Softmax(String type, BiFunction<NDArray, Integer, NDArray> along) implements Operator {
  private static final int ONE_AXIS_OPSET = 13;

  @Override
  public NDArray run(Call call) {
    NDArray input = call.input(0);
    Shape shape = input.getShape();
    if (call.attributes().opset() >= ONE_AXIS_OPSET) {
      return along.apply(input, call.axis(-1, shape.dimension()));
    }
    int axis = call.axis(1, shape.dimension());
    NDArray matrix = input.reshape(new Shape(shape.slice(0, axis).size(), -1));
    return along.apply(matrix, 1).reshape(shape);
  }
}
