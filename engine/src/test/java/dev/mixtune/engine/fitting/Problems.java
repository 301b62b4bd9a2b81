package dev.mixtune.engine.fitting;

import java.util.Random;

/** Random quadratics and naive arithmetic to check solvers against. */
final class Problems {
  private Problems() {}

  /** {@code [size, size]} second moments of correlated inputs, slightly dampened. */
  static double[] hessian(int size, Random random) {
    int rows = 3 * size;
    double[] hessian = new double[size * size];
    for (int row = 0; row < rows; row++) {
      double common = random.nextGaussian();
      double[] x = new double[size];
      for (int i = 0; i < size; i++) {
        x[i] = random.nextGaussian() + common;
      }
      for (int i = 0; i < size; i++) {
        for (int j = 0; j < size; j++) {
          hessian[i * size + j] += x[i] * x[j] / rows;
        }
      }
    }
    for (int i = 0; i < size; i++) {
      hessian[i * size + i] += 0.01;
    }
    return hessian;
  }

  static double[] gaussian(int size, Random random) {
    return random.doubles(size, -1, 1).map(x -> x + random.nextGaussian()).toArray();
  }

  static double[] product(double[] matrix, double[] vector) {
    int size = vector.length;
    double[] answer = new double[size];
    for (int i = 0; i < size; i++) {
      for (int j = 0; j < size; j++) {
        answer[i] += matrix[i * size + j] * vector[j];
      }
    }
    return answer;
  }

  /** {@code (q - t)^T H (q - t)}. */
  static double error(double[] hessian, double[] weights, double[] target) {
    double[] difference = new double[target.length];
    for (int i = 0; i < target.length; i++) {
      difference[i] = weights[i] - target[i];
    }
    double[] product = product(hessian, difference);
    double sum = 0;
    for (int i = 0; i < target.length; i++) {
      sum += difference[i] * product[i];
    }
    return sum;
  }

  static double[] values(int[] codes, double scale) {
    double[] values = new double[codes.length];
    for (int i = 0; i < codes.length; i++) {
      values[i] = codes[i] * scale;
    }
    return values;
  }

  /** Solves a small linear system by Gaussian elimination with pivots. */
  static double[] solve(double[] matrix, double[] right) {
    int size = right.length;
    double[][] a = new double[size][size + 1];
    for (int i = 0; i < size; i++) {
      System.arraycopy(matrix, i * size, a[i], 0, size);
      a[i][size] = right[i];
    }
    for (int i = 0; i < size; i++) {
      int pivot = i;
      for (int k = i; k < size; k++) {
        pivot = Math.abs(a[k][i]) > Math.abs(a[pivot][i]) ? k : pivot;
      }
      double[] swapped = a[i];
      a[i] = a[pivot];
      a[pivot] = swapped;
      for (int k = 0; k < size; k++) {
        double factor = k == i ? 0 : a[k][i] / a[i][i];
        for (int j = i; j <= size; j++) {
          a[k][j] -= factor * a[i][j];
        }
      }
    }
    double[] answer = new double[size];
    for (int i = 0; i < size; i++) {
      answer[i] = a[i][size] / a[i][i];
    }
    return answer;
  }
}
