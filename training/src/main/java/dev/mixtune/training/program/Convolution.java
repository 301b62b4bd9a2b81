package dev.mixtune.training.program;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;

/** ONNX Conv along any number of axes: groups, strides, dilations, padding that may be uneven. */
final class Convolution implements Operator {

  @Override
  public String type() {
    return "Conv";
  }

  @Override
  public NDArray run(Call call) {
    NDArray input = call.input(0);
    NDArray weight = call.input(1);
    long[] shape = weight.getShape().getShape();
    Window window = Window.of(call.attributes(), Arrays.copyOfRange(shape, 2, shape.length), input);
    Shape padding = window.noPadding();
    if (window.isSymmetric()) {
      padding = new Shape(window.begin());
    } else {
      input = Padding.around(input, window.begin(), window.end(), 0);
    }
    NDArray bias = call.has(2) ? call.input(2) : null;
    return input
        .getNDArrayInternal()
        .convolution(
            input,
            weight,
            bias,
            window.stride(),
            padding,
            window.dilation(),
            Math.toIntExact(call.attributes().integer("group", 1)))
        .singletonOrThrow();
  }
}
