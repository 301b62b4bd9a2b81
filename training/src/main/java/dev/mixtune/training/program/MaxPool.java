package dev.mixtune.training.program;

import ai.djl.ndarray.NDArray;
import java.util.Arrays;
import java.util.Optional;

/** ONNX MaxPool with floor rounding. */
final class MaxPool implements Operator {

  @Override
  public String type() {
    return "MaxPool";
  }

  @Override
  public Optional<String> refusal(Attributes attributes) {
    if (attributes.node().getOutputCount() > 1) {
      return Optional.of("gives indices");
    }
    return Pooling.refusal(attributes);
  }

  @Override
  public NDArray run(Call call) {
    Window window = Pooling.window(call);
    NDArray padded =
        Padding.around(call.input(0), window.begin(), window.end(), Double.NEGATIVE_INFINITY);
    return padded
        .getNDArrayInternal()
        .maxPool(window.kernelShape(), window.stride(), window.noPadding(), /* ceilMode= */ false);
  }

  /** What both poolings share. */
  static final class Pooling {
    private Pooling() {}

    static Optional<String> refusal(Attributes attributes) {
      if (attributes.integer("ceil_mode", 0) == 1) {
        return Optional.of("has ceil_mode 1");
      }
      return attributes
          .integers("dilations")
          .filter(dilations -> Arrays.stream(dilations).anyMatch(d -> d != 1))
          .map(dilations -> "is dilated");
    }

    static Window window(Call call) {
      long[] kernel =
          call.attributes()
              .integers("kernel_shape")
              .orElseThrow(() -> call.refused("has no kernel_shape"));
      return Window.of(call.attributes(), kernel, call.input(0));
    }
  }
}
