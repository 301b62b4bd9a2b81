package dev.mixtune.training.program;

import ai.djl.ndarray.NDArray;
import java.util.Optional;

/** ONNX Pad with a constant. Counts are an attribute before operator set 11. */
final class Pad implements Operator {

  @Override
  public String type() {
    return "Pad";
  }

  @Override
  public Optional<String> refusal(Attributes attributes) {
    String mode = attributes.text("mode", "constant");
    return mode.equals("constant") ? Optional.empty() : Optional.of("has mode " + mode);
  }

  @Override
  public NDArray run(Call call) {
    NDArray input = call.input(0);
    int rank = input.getShape().dimension();
    long[] pads =
        call.has(1)
            ? call.longs(1)
            : call.attributes().integers("pads").orElseThrow(() -> call.refused("has no pads"));
    int[] axes = call.axes(3, rank);
    int count = pads.length / 2;
    long[] begin = new long[rank];
    long[] end = new long[rank];
    for (int i = 0; i < count; i++) {
      int axis = axes.length == 0 ? i : axes[i];
      begin[axis] = pads[i];
      end[axis] = pads[count + i];
    }
    double value = call.has(2) ? call.number(2) : call.attributes().real("value", 0);
    return Padding.around(input, begin, end, value);
  }
}
