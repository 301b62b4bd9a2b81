package dev.mixtune.engine.fitting;

import dev.mixtune.engine.Tensor;

/** Rows of a matrix product: vectors along the last axis; all axes but the first are positions. */
record RowPatches(int size) implements PatchReader {

  @Override
  public int groups() {
    return 1;
  }

  @Override
  public int positions(long[] inputShape) {
    long positions = 1;
    for (int i = 1; i < inputShape.length - 1; i++) {
      positions *= inputShape[i];
    }
    return Math.toIntExact(positions);
  }

  @Override
  public int samples(long[] inputShape) {
    return inputShape.length < 2 ? 1 : Math.toIntExact(inputShape[0]);
  }

  @Override
  public void read(
      Tensor.Floats input, int sample, int position, CrossProducts.Rows into, int column) {
    int from = (sample * positions(input.shape()) + position) * size;
    for (int i = 0; i < size; i++) {
      into.values()[i * into.rows() + column] = input.values()[from + i];
    }
  }
}
