package dev.mixtune.engine.fitting;

import java.util.ArrayList;
import java.util.List;

/**
 * Gathers small blocks of rows into larger ones. A product of a few rows costs as much as one of
 * many, because its result has the size of the Hessian; texts come with a dozen rows each.
 */
final class RowBuffer {
  /** Floats from which a block is worth its product: a megabyte. */
  private static final int FULL = 1 << 18;

  private final List<Pair> blocks = new ArrayList<>();
  private long floats;

  /**
   * The same rows in two networks.
   *
   * @param actual as the quantized network sees them
   * @param wanted as the float network does
   */
  record Pair(CrossProducts.Rows actual, CrossProducts.Rows wanted) {}

  void add(Pair block) {
    blocks.add(block);
    floats += block.actual().values().length;
  }

  boolean isEmpty() {
    return blocks.isEmpty();
  }

  boolean isFull() {
    return floats >= FULL;
  }

  /** All rows in the order in which they came; leaves nothing. */
  Pair take() {
    Pair all =
        new Pair(
            joined(blocks.stream().map(Pair::actual).toList()),
            joined(blocks.stream().map(Pair::wanted).toList()));
    blocks.clear();
    floats = 0;
    return all;
  }

  private static CrossProducts.Rows joined(List<CrossProducts.Rows> parts) {
    CrossProducts.Rows first = parts.get(0);
    if (parts.size() == 1) {
      return first;
    }
    int rows = parts.stream().mapToInt(CrossProducts.Rows::rows).sum();
    int lines = first.groups() * first.size();
    float[] values = new float[lines * rows];
    int at = 0;
    for (CrossProducts.Rows part : parts) {
      for (int line = 0; line < lines; line++) {
        System.arraycopy(part.values(), line * part.rows(), values, line * rows + at, part.rows());
      }
      at += part.rows();
    }
    return new CrossProducts.Rows(first.groups(), first.size(), rows, values);
  }
}
