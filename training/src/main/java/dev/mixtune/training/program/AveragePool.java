package dev.mixtune.training.program;

import ai.djl.ndarray.NDArray;
import java.util.Optional;

/** ONNX AveragePool with floor rounding, padding counted or not. */
final class AveragePool implements Operator {

  @Override
  public String type() {
    return "AveragePool";
  }

  @Override
  public Optional<String> refusal(Attributes attributes) {
    return MaxPool.Pooling.refusal(attributes);
  }

  @Override
  public NDArray run(Call call) {
    Window window = MaxPool.Pooling.window(call);
    NDArray averages = average(call.input(0), window);
    if (!window.isPadded() || call.attributes().integer("count_include_pad", 0) == 1) {
      return averages;
    }
    // The share of each window that lies on the input.
    return averages.div(average(call.input(0).onesLike(), window));
  }

  private static NDArray average(NDArray input, Window window) {
    return Padding.around(input, window.begin(), window.end(), 0)
        .getNDArrayInternal()
        .avgPool(
            window.kernelShape(),
            window.stride(),
            window.noPadding(),
            /* ceilMode= */ false,
            /* countIncludePad= */ true);
  }
}
