package dev.mixtune.training.program;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import java.util.stream.IntStream;

/** ONNX Gather along one axis; negative indices count from the end. */
final class Gather implements Operator {

  @Override
  public String type() {
    return "Gather";
  }

  @Override
  public NDArray run(Call call) {
    NDArray data = call.input(0);
    Shape shape = data.getShape();
    int rank = shape.dimension();
    int axis = call.axis(0, rank);
    long length = shape.get(axis);
    NDArray given = call.input(1).toType(DataType.INT64, /* copy= */ false);
    NDArray indices = given.add(given.lt(0).toType(DataType.INT64, /* copy= */ false).mul(length));
    int[] frontPermutation =
        IntStream.concat(
                IntStream.of(axis), IntStream.range(0, rank).filter(other -> other != axis))
            .toArray();
    NDArray front = axis == 0 ? data : data.transpose(frontPermutation);
    NDArray rows = front.reshape(new Shape(length, -1));
    NDArray flat = indices.reshape(new Shape(-1));
    NDArray picked =
        rows.getNDArrayInternal().embedding(flat, rows, SparseFormat.DENSE).singletonOrThrow();
    Shape others = shape.slice(0, axis).addAll(shape.slice(axis + 1));
    NDArray placed = picked.reshape(indices.getShape().addAll(others));
    return axis == 0 ? placed : placed.transpose(back(indices.getShape().dimension(), axis, rank));
  }

  /** Moves the index axes from the front to where the gathered axis was. */
  private static int[] back(int indexAxes, int axis, int rank) {
    return IntStream.range(0, indexAxes + rank - 1)
        .map(
            to -> {
              if (to < axis) {
                return indexAxes + to;
              }
              return to < axis + indexAxes ? to - axis : to;
            })
        .toArray();
  }
}
