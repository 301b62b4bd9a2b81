package dev.mixtune.hardware;

import java.util.Arrays;
import java.util.List;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.LinearSolverFactory_DDRM;
import org.ejml.interfaces.linsol.LinearSolverDense;

/**
 * Ridge regression that makes squared relative errors least: {@code mean ((row . b - y) / y)^2 +
 * sum penalty b^2}.
 *
 * <p>Solved over the columns or over the rows, whichever are fewer; both give the same answer. With
 * fewer rows than columns the normal equations would be all but singular, and what they say about
 * left-out rows wrong.
 */
final class RelativeRidge {
  private final List<SparseRow> rows;
  private final double[] targets;
  private final double[] weights;
  private final int columns;

  /**
   * @param targets above 0
   * @param columns number of features
   */
  RelativeRidge(List<SparseRow> rows, double[] targets, int columns) {
    this.rows = List.copyOf(rows);
    this.targets = targets.clone();
    this.weights = Arrays.stream(targets).map(y -> 1 / (y * y * targets.length)).toArray();
    this.columns = columns;
  }

  /**
   * A fit.
   *
   * @param coefficients of the columns
   * @param leftOut each target as predicted by a fit to all others
   * @param leftOutError root mean square of the relative errors of these
   */
  @SuppressWarnings("ArrayRecordComponent") // made once, only read
  record Fit(double[] coefficients, double[] leftOut, double leftOutError) {}

  /**
   * @param penalties of the columns, above 0
   */
  Fit fit(double[] penalties) {
    return rows.size() < columns ? overRows(penalties) : overColumns(penalties);
  }

  /** The normal equations. A left-out residual is the residual by 1 minus the leverage. */
  Fit overColumns(double[] penalties) {
    DMatrixRMaj normal = DMatrixRMaj.wrap(columns, columns, new double[columns * columns]);
    DMatrixRMaj right = new DMatrixRMaj(columns, 1);
    for (int i = 0; i < targets.length; i++) {
      rows.get(i).accumulate(weights[i], normal);
      rows.get(i).addTo(right.data, weights[i] * targets[i]);
    }
    for (int c = 0; c < columns; c++) {
      normal.add(c, c, penalties[c]);
    }
    DMatrixRMaj solution = new DMatrixRMaj(columns, 1);
    DMatrixRMaj inverse = solve(normal, right, solution);
    double[] missed = new double[targets.length];
    for (int i = 0; i < missed.length; i++) {
      double residual = targets[i] - rows.get(i).times(solution.data);
      missed[i] = residual / Math.max(1e-9, 1 - weights[i] * rows.get(i).spread(inverse));
    }
    return fit(solution.data.clone(), missed);
  }

  /**
   * The same in its dual form, {@code (X D^-1 X' + W^-1) a = y} with penalties D and weights W; a
   * left-out residual is {@code a_i} by the diagonal of the inverse.
   */
  Fit overRows(double[] penalties) {
    int n = targets.length;
    double[] inversePenalties = Arrays.stream(penalties).map(penalty -> 1 / penalty).toArray();
    DMatrixRMaj kernel = new DMatrixRMaj(n, n);
    for (int i = 0; i < n; i++) {
      double[] dense = new double[columns];
      rows.get(i).addTo(dense, 1);
      for (int c = 0; c < columns; c++) {
        dense[c] *= inversePenalties[c];
      }
      for (int j = 0; j <= i; j++) {
        double product = rows.get(j).times(dense);
        kernel.set(i, j, product);
        kernel.set(j, i, product);
      }
      kernel.add(i, i, 1 / weights[i]);
    }
    DMatrixRMaj solution = new DMatrixRMaj(n, 1);
    DMatrixRMaj inverse = solve(kernel, new DMatrixRMaj(n, 1, true, targets), solution);
    double[] coefficients = new double[columns];
    double[] missed = new double[n];
    for (int i = 0; i < n; i++) {
      rows.get(i).addTo(coefficients, solution.data[i]);
      missed[i] = solution.data[i] / inverse.get(i, i);
    }
    for (int c = 0; c < columns; c++) {
      coefficients[c] *= inversePenalties[c];
    }
    return fit(coefficients, missed);
  }

  private Fit fit(double[] coefficients, double[] missed) {
    double[] leftOut = new double[targets.length];
    double squares = 0;
    for (int i = 0; i < leftOut.length; i++) {
      leftOut[i] = targets[i] - missed[i];
      squares += missed[i] * missed[i] / (targets[i] * targets[i]);
    }
    return new Fit(coefficients, leftOut, Math.sqrt(squares / targets.length));
  }

  /** Solves by Cholesky; returns the inverse. */
  private static DMatrixRMaj solve(DMatrixRMaj matrix, DMatrixRMaj right, DMatrixRMaj solution) {
    LinearSolverDense<DMatrixRMaj> solver = LinearSolverFactory_DDRM.chol(matrix.numCols);
    if (!solver.setA(matrix)) {
      throw new IllegalStateException("a penalised matrix is not positive definite");
    }
    DMatrixRMaj inverse = new DMatrixRMaj(matrix.numCols, matrix.numCols);
    solver.solve(right, solution);
    solver.invert(inverse);
    return inverse;
  }
}
