package dev.mixtune.hardware;

/** A symmetric positive definite matrix, factorised after Cholesky. */
final class PositiveMatrix {
  private final double[][] lower;

  PositiveMatrix(double[][] matrix) {
    int size = matrix.length;
    lower = new double[size][size];
    for (int row = 0; row < size; row++) {
      for (int column = 0; column <= row; column++) {
        double rest = matrix[row][column];
        for (int k = 0; k < column; k++) {
          rest -= lower[row][k] * lower[column][k];
        }
        if (row == column) {
          if (!(rest > 0)) {
            throw new IllegalArgumentException("the matrix is not positive definite");
          }
          lower[row][row] = Math.sqrt(rest);
        } else {
          lower[row][column] = rest / lower[column][column];
        }
      }
    }
  }

  /** x of A x = b. */
  double[] solve(double[] right) {
    int size = lower.length;
    double[] x = right.clone();
    for (int row = 0; row < size; row++) {
      for (int k = 0; k < row; k++) {
        x[row] -= lower[row][k] * x[k];
      }
      x[row] /= lower[row][row];
    }
    for (int row = size - 1; row >= 0; row--) {
      for (int k = row + 1; k < size; k++) {
        x[row] -= lower[k][row] * x[k];
      }
      x[row] /= lower[row][row];
    }
    return x;
  }

  /** The diagonal of the inverse. */
  double[] inverseDiagonal() {
    double[] diagonal = new double[lower.length];
    for (int i = 0; i < lower.length; i++) {
      double[] unit = new double[lower.length];
      unit[i] = 1;
      diagonal[i] = solve(unit)[i];
    }
    return diagonal;
  }
}
