package dev.mixtune.engine.fitting;

/**
 * First and second moments of a layer's inputs: what it really sees in the quantized network
 * (actual) beside what it sees in the float network (wanted). Memory does not grow with the rows.
 */
final class Moments {
  private final int groups;
  private final int size;
  private final double[] actualActual;
  private final double[] actualWanted;
  private final double[] wantedWanted;
  private final double[] actual;
  private final double[] wanted;
  private final RowBuffer waiting = new RowBuffer();
  private long rows;

  /**
   * @param keepsWanted whether the float inputs' own second moments are kept too, which are needed
   *     to measure errors but not to round
   */
  Moments(int groups, int size, boolean keepsWanted) {
    this.groups = groups;
    this.size = size;
    int squares = Math.multiplyExact(groups, Math.multiplyExact(size, size));
    this.actualActual = new double[squares];
    this.actualWanted = new double[squares];
    this.wantedWanted = new double[keepsWanted ? squares : 0];
    this.actual = new double[groups * size];
    this.wanted = new double[groups * size];
  }

  int groups() {
    return groups;
  }

  int size() {
    return size;
  }

  /** Whether the float inputs' own second moments are there, so that errors can be measured. */
  boolean keepsWanted() {
    return wantedWanted.length > 0;
  }

  /** Rows seen so far. */
  long rows() {
    return rows;
  }

  /**
   * Adds a block of rows. Rows that hold NaN or infinity are left out. Small blocks wait until
   * {@link #settle} or until there are enough of them.
   */
  void add(CrossProducts.Rows actualRows, CrossProducts.Rows wantedRows, CrossProducts products) {
    rows += FiniteRows.keep(actualRows, wantedRows);
    sum(actualRows, actual);
    sum(wantedRows, wanted);
    waiting.add(new RowBuffer.Pair(actualRows, wantedRows));
    if (waiting.isFull()) {
      settle(products);
    }
  }

  /** Takes in what waits; due before anything is read. */
  void settle(CrossProducts products) {
    if (waiting.isEmpty()) {
      return;
    }
    RowBuffer.Pair block = waiting.take();
    products.add(block.actual(), block.actual(), actualActual);
    products.add(block.actual(), block.wanted(), actualWanted);
    if (wantedWanted.length > 0) {
      products.add(block.wanted(), block.wanted(), wantedWanted);
    }
  }

  private static void sum(CrossProducts.Rows block, double[] sums) {
    for (int i = 0; i < sums.length; i++) {
      double sum = 0;
      for (int row = 0; row < block.rows(); row++) {
        sum += block.values()[i * block.rows() + row];
      }
      sums[i] += sum;
    }
  }

  /** Mean of {@code actual actual^T} of a group, {@code [size, size]}. */
  double[] actualActual(int group) {
    return mean(actualActual, group, size * size);
  }

  /** Mean of {@code actual wanted^T} of a group, {@code [size, size]}. */
  double[] actualWanted(int group) {
    return mean(actualWanted, group, size * size);
  }

  /** Mean of {@code wanted wanted^T} of a group, {@code [size, size]}. */
  double[] wantedWanted(int group) {
    return mean(wantedWanted, group, size * size);
  }

  /** Mean actual inputs of a group. */
  double[] actual(int group) {
    return mean(actual, group, size);
  }

  /** Mean wanted inputs of a group. */
  double[] wanted(int group) {
    return mean(wanted, group, size);
  }

  private double[] mean(double[] sums, int group, int length) {
    if (!waiting.isEmpty()) {
      throw new IllegalStateException("rows wait: settle() comes first");
    }
    double[] means = new double[length];
    double factor = rows == 0 ? 0 : 1.0 / rows;
    for (int i = 0; i < length; i++) {
      means[i] = sums[group * length + i] * factor;
    }
    return means;
  }
}
