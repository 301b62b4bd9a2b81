package dev.mixtune.engine.graph;

/**
 * A matrix that is read by columns where another is stored by rows.
 *
 * @param of the stored matrix's name
 * @param rows of the stored matrix
 * @param columns of the stored matrix
 */
record Transposed(String of, long rows, long columns) {

  /** Where the transposed matrix's element at {@code place} is stored. */
  long original(long place) {
    return place % rows * columns + place / rows;
  }

  /** Place in the transposed matrix of what is stored at {@code original}. */
  long place(long original) {
    return original % columns * rows + original / columns;
  }
}
