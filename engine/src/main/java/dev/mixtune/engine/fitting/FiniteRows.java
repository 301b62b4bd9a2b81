package dev.mixtune.engine.fitting;

/** Takes rows with NaN or infinity out of a pair of blocks. */
final class FiniteRows {
  private FiniteRows() {}

  /**
   * Sets every row that is not finite in one of the blocks to zero in both, so that it adds nothing
   * to any sum.
   *
   * @return number of rows that stay
   */
  static int keep(CrossProducts.Rows left, CrossProducts.Rows right) {
    float[] marks = new float[left.rows()];
    mark(left, marks);
    mark(right, marks);
    int good = 0;
    for (int row = 0; row < marks.length; row++) {
      if (marks[row] == 0) {
        good++;
      } else {
        clear(left, row);
        clear(right, row);
      }
    }
    return good;
  }

  /** Zero times a finite value is zero; times anything else it is NaN, which stays in the sum. */
  private static void mark(CrossProducts.Rows block, float[] marks) {
    int rows = block.rows();
    for (int from = 0; from < block.values().length; from += rows) {
      for (int row = 0; row < rows; row++) {
        marks[row] += block.values()[from + row] * 0f;
      }
    }
  }

  private static void clear(CrossProducts.Rows block, int row) {
    for (int at = row; at < block.values().length; at += block.rows()) {
      block.values()[at] = 0;
    }
  }
}
