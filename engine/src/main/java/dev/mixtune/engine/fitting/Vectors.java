package dev.mixtune.engine.fitting;

/** Inner loops over rows of matrices, written so that the compiler uses vector instructions. */
final class Vectors {
  private Vectors() {}

  /** Adds {@code factor} times {@code length} elements of {@code row} to the same places. */
  static void addScaled(double factor, double[] row, int rowFrom, double[] into, int from, int to) {
    for (int j = from; j < to; j++) {
      into[j] += factor * row[rowFrom + j];
    }
  }

  /** Sum of products; four partial sums, because additions of one sum wait for each other. */
  static double dot(double[] row, int rowFrom, double[] vector, int from, int to) {
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    int j = from;
    for (; j + 3 < to; j += 4) {
      a += row[rowFrom + j] * vector[j];
      b += row[rowFrom + j + 1] * vector[j + 1];
      c += row[rowFrom + j + 2] * vector[j + 2];
      d += row[rowFrom + j + 3] * vector[j + 3];
    }
    for (; j < to; j++) {
      a += row[rowFrom + j] * vector[j];
    }
    return (a + b) + (c + d);
  }

  /** The transpose of a square matrix. */
  static double[] transposed(double[] matrix, int size) {
    double[] answer = new double[matrix.length];
    for (int i = 0; i < size; i++) {
      for (int j = 0; j < size; j++) {
        answer[j * size + i] = matrix[i * size + j];
      }
    }
    return answer;
  }
}
