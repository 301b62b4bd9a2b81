package dev.mixtune.hardware.profiler;

/** Least squares with solutions of 0 or more. */
final class NonNegative {
  /** Keeps columns that say the same from running away from each other. */
  private static final double RIDGE = 1e-6;

  private NonNegative() {}

  /**
   * Minimises the weighted squares of rows x solution - right by coordinate descent, whose every
   * step is the exact minimum along one coordinate.
   *
   * @param start where to begin, not changed
   */
  static double[] solve(
      double[][] rows, double[] right, double[] weights, double[] start, int sweeps) {
    int columns = start.length;
    double[] scale = scales(rows, columns);
    double[][] squares = new double[columns][columns];
    double[] targets = new double[columns];
    for (int r = 0; r < rows.length; r++) {
      for (int i = 0; i < columns; i++) {
        double left = weights[r] * rows[r][i] / scale[i];
        if (left == 0) {
          continue;
        }
        targets[i] += left * right[r];
        for (int j = 0; j < columns; j++) {
          squares[i][j] += left * rows[r][j] / scale[j];
        }
      }
    }
    double[] x = new double[columns];
    for (int i = 0; i < columns; i++) {
      squares[i][i] += RIDGE * rows.length;
      x[i] = start[i] * scale[i];
    }
    descend(squares, targets, x, sweeps);
    for (int i = 0; i < columns; i++) {
      x[i] /= scale[i];
    }
    return x;
  }

  private static void descend(double[][] squares, double[] targets, double[] x, int sweeps) {
    for (int sweep = 0; sweep < sweeps; sweep++) {
      double moved = 0;
      for (int i = 0; i < x.length; i++) {
        double gradient = product(squares[i], x) - targets[i];
        double next = Math.max(0, x[i] - gradient / squares[i][i]);
        moved = Math.max(moved, Math.abs(next - x[i]));
        x[i] = next;
      }
      if (moved < 1e-9) {
        return;
      }
    }
  }

  /** Root mean square of each column; 1 for a column of zeros. */
  private static double[] scales(double[][] rows, int columns) {
    double[] scale = new double[columns];
    for (double[] row : rows) {
      for (int i = 0; i < columns; i++) {
        scale[i] += row[i] * row[i];
      }
    }
    for (int i = 0; i < columns; i++) {
      scale[i] = scale[i] == 0 ? 1 : Math.sqrt(scale[i] / rows.length);
    }
    return scale;
  }

  static double product(double[] left, double[] right) {
    double sum = 0;
    for (int i = 0; i < left.length; i++) {
      sum += left[i] * right[i];
    }
    return sum;
  }
}
