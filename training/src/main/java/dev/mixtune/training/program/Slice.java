package dev.mixtune.training.program;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import java.util.stream.LongStream;

/** ONNX Slice with positive steps. Bounds are attributes before operator set 10. */
final class Slice implements Operator {
  private static final int INPUTS_OPSET = 10;

  @Override
  public String type() {
    return "Slice";
  }

  @Override
  public NDArray run(Call call) {
    NDArray input = call.input(0);
    int rank = input.getShape().dimension();
    boolean byInputs = call.attributes().opset() >= INPUTS_OPSET;
    long[] starts = bounds(call, byInputs, 1, "starts");
    long[] ends = bounds(call, byInputs, 2, "ends");
    int[] axes = call.axes(3, rank);
    long[] from = new long[rank];
    long[] to = input.getShape().getShape().clone();
    long[] steps = LongStream.generate(() -> 1).limit(rank).toArray();
    for (int i = 0; i < starts.length; i++) {
      int axis = axes.length == 0 ? i : axes[i];
      long length = input.getShape().get(axis);
      from[axis] = within(starts[i], length);
      to[axis] = within(ends[i], length);
      steps[axis] = call.has(4) ? call.longs(4)[i] : 1;
      if (steps[axis] < 1 || to[axis] <= from[axis]) {
        throw call.refused("slices backwards or leaves nothing");
      }
    }
    NDIndex index = new NDIndex();
    for (int axis = 0; axis < rank; axis++) {
      index.addSliceDim(from[axis], to[axis], steps[axis]);
    }
    return input.get(index);
  }

  private static long[] bounds(Call call, boolean byInputs, int input, String attribute) {
    return byInputs
        ? call.longs(input)
        : call.attributes()
            .integers(attribute)
            .orElseThrow(() -> call.refused("has no " + attribute));
  }

  private static long within(long bound, long length) {
    long counted = bound < 0 ? bound + length : bound;
    return Math.max(0, Math.min(length, counted));
  }
}
