package dev.mixtune.search;

import java.util.Arrays;
import java.util.List;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.LinearSolverFactory_DDRM;
import org.ejml.interfaces.linsol.LinearSolverDense;

/**
 * Weighted ridge regression with closed-form leave-one-out residuals (Hoerl and Kennard, "Ridge
 * regression", Technometrics 1970, doi:10.1080/00401706.1970.10488634; Allen's PRESS, 1974). Read
 * as a Bayesian linear model it also tells how uncertain a prediction is.
 */
final class RidgeFit {
  private final double[] coefficients;
  private final DMatrixRMaj inverse;
  private final double[] leftOut;

  /** One observation: the features that are not 0. */
  @SuppressWarnings("ArrayRecordComponent") // made once, only read
  record Row(int[] columns, double[] values) {

    double times(double[] coefficients) {
      double sum = 0;
      for (int k = 0; k < columns.length; k++) {
        sum += values[k] * coefficients[columns[k]];
      }
      return sum;
    }

    /** The quadratic form of this row. */
    double spread(DMatrixRMaj matrix) {
      double sum = 0;
      for (int i = 0; i < columns.length; i++) {
        int base = columns[i] * matrix.numCols;
        double part = 0;
        for (int j = 0; j < columns.length; j++) {
          part += values[j] * matrix.data[base + columns[j]];
        }
        sum += values[i] * part;
      }
      return sum;
    }
  }

  private RidgeFit(double[] coefficients, DMatrixRMaj inverse, double[] leftOut) {
    this.coefficients = coefficients;
    this.inverse = inverse;
    this.leftOut = leftOut;
  }

  /** Observations with everything about them that does not depend on the penalties. */
  static final class Observations {
    private final List<Row> rows;
    private final double[] targets;
    private final double[] weights;
    private final DMatrixRMaj normal;
    private final DMatrixRMaj right;

    /**
     * @param weights of the observations, above 0
     * @param columns number of features
     */
    Observations(List<Row> rows, double[] targets, double[] weights, int columns) {
      this.rows = rows;
      this.targets = targets;
      this.weights = weights;
      this.normal = new DMatrixRMaj(columns, columns);
      this.right = new DMatrixRMaj(columns, 1);
      for (int i = 0; i < targets.length; i++) {
        accumulate(normal, right, rows.get(i), targets[i], weights[i]);
      }
    }

    /**
     * The coefficients that make {@code sum w (row . b - target)^2 + sum penalty b^2} least.
     *
     * @param penalties of the columns, above 0
     */
    RidgeFit fit(double[] penalties) {
      int columns = penalties.length;
      DMatrixRMaj penalised = normal.copy();
      for (int c = 0; c < columns; c++) {
        penalised.add(c, c, penalties[c]);
      }
      LinearSolverDense<DMatrixRMaj> solver = LinearSolverFactory_DDRM.chol(columns);
      DMatrixRMaj solution = new DMatrixRMaj(columns, 1);
      DMatrixRMaj inverse = new DMatrixRMaj(columns, columns);
      if (!solver.setA(penalised)) {
        throw new IllegalStateException("a penalised normal matrix is not positive definite");
      }
      solver.solve(right, solution);
      solver.invert(inverse);
      double[] coefficients = Arrays.copyOf(solution.data, columns);
      double[] leftOut = new double[targets.length];
      for (int i = 0; i < targets.length; i++) {
        double residual = targets[i] - rows.get(i).times(coefficients);
        double leverage = Math.min(1 - 1e-9, weights[i] * rows.get(i).spread(inverse));
        leftOut[i] = residual / (1 - leverage);
      }
      return new RidgeFit(coefficients, inverse, leftOut);
    }
  }

  private static void accumulate(
      DMatrixRMaj normal, DMatrixRMaj right, Row row, double target, double weight) {
    int[] columns = row.columns();
    double[] values = row.values();
    for (int i = 0; i < columns.length; i++) {
      double scaled = weight * values[i];
      right.data[columns[i]] += scaled * target;
      int base = columns[i] * normal.numCols;
      for (int j = 0; j < columns.length; j++) {
        normal.data[base + columns[j]] += scaled * values[j];
      }
    }
  }

  double[] coefficients() {
    return coefficients;
  }

  /** By how much each observation is missed when it is left out. */
  double[] leftOut() {
    return leftOut;
  }

  /** The share of the noise variance by which a prediction at {@code row} is uncertain. */
  double spread(Row row) {
    return Math.max(0, row.spread(inverse));
  }

  /** The share of the noise variance by which one coefficient is uncertain. */
  double spread(int column) {
    return inverse.get(column, column);
  }
}
