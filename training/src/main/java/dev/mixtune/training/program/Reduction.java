package dev.mixtune.training.program;

import ai.djl.ndarray.NDArray;
import java.util.stream.IntStream;

/**
 * An ONNX reduction over named axes, or over all.
 *
 * @param type ONNX operator type
 * @param along reduces one axis to length 1
 */
record Reduction(String type, Axes.Along along) implements Operator {
  @Override
  public NDArray run(Call call) {
    NDArray input = call.input(0);
    int rank = input.getShape().dimension();
    int[] axes = call.axes(1, rank);
    if (axes.length == 0) {
      if (call.attributes().integer("noop_with_empty_axes", 0) == 1) {
        return input;
      }
      axes = IntStream.range(0, rank).toArray();
    }
    return Axes.reduce(input, axes, call.attributes().integer("keepdims", 1) == 1, along);
  }
}
