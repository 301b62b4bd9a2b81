package dev.mixtune.hardware;

import java.util.SortedMap;
import org.ejml.data.DMatrixRMaj;

/**
 * One observation of a linear model: the features that are not 0.
 *
 * @param columns ascending
 * @param values beside them
 */
@SuppressWarnings("ArrayRecordComponent") // made once, only read
record SparseRow(int[] columns, double[] values) {

  static SparseRow of(SortedMap<Integer, Double> values) {
    return new SparseRow(
        values.keySet().stream().mapToInt(Integer::intValue).toArray(),
        values.values().stream().mapToDouble(Double::doubleValue).toArray());
  }

  double times(double[] coefficients) {
    double sum = 0;
    for (int i = 0; i < columns.length; i++) {
      sum += values[i] * coefficients[columns[i]];
    }
    return sum;
  }

  /** Adds this row, times a factor. */
  void addTo(double[] sums, double factor) {
    for (int i = 0; i < columns.length; i++) {
      sums[columns[i]] += factor * values[i];
    }
  }

  /** This row's quadratic form in a symmetric matrix. */
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

  /** Adds {@code weight} times the outer product of this row with itself. */
  void accumulate(double weight, DMatrixRMaj matrix) {
    for (int i = 0; i < columns.length; i++) {
      int base = columns[i] * matrix.numCols;
      double scaled = weight * values[i];
      for (int j = 0; j < columns.length; j++) {
        matrix.data[base + columns[j]] += scaled * values[j];
      }
    }
  }
}
