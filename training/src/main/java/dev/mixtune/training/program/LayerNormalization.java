package dev.mixtune.training.program;

import ai.djl.ndarray.NDArray;
import java.util.Optional;
import java.util.stream.IntStream;

/** ONNX LayerNormalization over the axes from {@code axis} on. */
final class LayerNormalization implements Operator {

  @Override
  public String type() {
    return "LayerNormalization";
  }

  @Override
  public Optional<String> refusal(Attributes attributes) {
    return attributes.node().getOutputCount() > 1
        ? Optional.of("gives its statistics as outputs")
        : Optional.empty();
  }

  @Override
  public NDArray run(Call call) {
    NDArray input = call.input(0);
    int rank = input.getShape().dimension();
    int[] axes = IntStream.range(call.axis(-1, rank), rank).toArray();
    NDArray centred = input.sub(Axes.mean(input, axes));
    NDArray variance = Axes.mean(centred.mul(centred), axes);
    NDArray scaled =
        centred
            .div(variance.add(call.attributes().real("epsilon", 1e-5f)).sqrt())
            .mul(call.input(1));
    return call.has(2) ? scaled.add(call.input(2)) : scaled;
  }
}
