package dev.mixtune.training.program;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.Optional;

/** ONNX ConvTranspose. Its padding takes away from the output. */
final class TransposedConvolution implements Operator {

  @Override
  public String type() {
    return "ConvTranspose";
  }

  @Override
  public Optional<String> refusal(Attributes attributes) {
    boolean automatic = attributes.text("auto_pad", "NOTSET").startsWith("SAME");
    return automatic || attributes.integers("output_shape").isPresent()
        ? Optional.of("names its output's shape instead of its padding")
        : Optional.empty();
  }

  @Override
  public NDArray run(Call call) {
    NDArray input = call.input(0);
    NDArray weight = call.input(1);
    long[] shape = weight.getShape().getShape();
    int axes = shape.length - 2;
    Window window =
        Window.of(call.attributes(), Arrays.copyOfRange(shape, 2, shape.length), input);
    long[] extra = call.attributes().integers("output_padding").orElseGet(() -> new long[axes]);
    NDArray whole =
        input
            .getNDArrayInternal()
            .deconvolution(
                input,
                weight,
                call.has(2) ? call.input(2) : null,
                window.stride(),
                window.noPadding(),
                new Shape(extra),
                window.dilation(),
                Math.toIntExact(call.attributes().integer("group", 1)))
            .singletonOrThrow();
    if (!window.isPadded()) {
      return whole;
    }
    NDIndex inner = new NDIndex().addAllDim().addAllDim();
    for (int i = 0; i < axes; i++) {
      inner.addSliceDim(window.begin()[i], whole.getShape().get(i + 2) - window.end()[i]);
    }
    return whole.get(inner);
  }
}
