package dev.mixtune.engine.fitting;

/**
 * The error that rounding one output channel causes, as a function of its weights: {@code q^T H q -
 * 2 q^T r} plus a constant, with {@code r = H t} for the ideal weights t. Channels of one group
 * share H.
 *
 * @param size weights per channel
 * @param hessian H, {@code [size, size]}, symmetric positive definite
 * @param inverseRoot upper triangular U with {@code H^-1 = U^T U}, {@code [size, size]}
 */
@SuppressWarnings("ArrayRecordComponent") // large, shared by all channels, never changed
record Quadratic(int size, double[] hessian, double[] inverseRoot) {

  /** A quadratic from its Hessian. */
  static Quadratic of(int size, double[] hessian, DenseAlgebra algebra) {
    return algebra
        .factor(size, hessian)
        .map(factors -> new Quadratic(size, hessian, factors.inverseRoot()))
        .orElseThrow(() -> new IllegalArgumentException("the Hessian is not positive definite"));
  }

  double diagonal(int i) {
    return hessian[i * size + i];
  }

  /** Adds {@code factor} times row {@code i} of H. */
  void addRow(int i, double factor, double[] into) {
    int from = i * size;
    for (int j = 0; j < size; j++) {
      into[j] += factor * hessian[from + j];
    }
  }

  /** {@code H v}. */
  double[] times(double[] vector) {
    double[] product = new double[size];
    for (int i = 0; i < size; i++) {
      if (vector[i] != 0) {
        addRow(i, vector[i], product);
      }
    }
    return product;
  }

  /** The ideal weights {@code H^-1 r}. */
  double[] ideal(double[] rightSide) {
    double[] rooted = new double[size];
    for (int i = 0; i < size; i++) {
      double sum = 0;
      for (int j = i; j < size; j++) {
        sum += inverseRoot[i * size + j] * rightSide[j];
      }
      rooted[i] = sum;
    }
    double[] ideal = new double[size];
    for (int i = 0; i < size; i++) {
      for (int j = i; j < size; j++) {
        ideal[j] += inverseRoot[i * size + j] * rooted[i];
      }
    }
    return ideal;
  }

  /** {@code q^T H q - 2 q^T r}. */
  double loss(double[] weights, double[] rightSide) {
    double[] product = times(weights);
    double sum = 0;
    for (int i = 0; i < size; i++) {
      sum += weights[i] * (product[i] - 2 * rightSide[i]);
    }
    return sum;
  }

  /**
   * Rounds weights one after the other and lets those that are still free make up for the error of
   * each (GPTQ, Frantar et al. 2022, algorithm 1, without its blocks).
   *
   * @param target the ideal weights
   * @param grid what a weight may become
   * @return one code per weight
   */
  int[] feedErrorForward(double[] target, Grid grid) {
    double[] free = target.clone();
    int[] codes = new int[size];
    for (int i = 0; i < size; i++) {
      codes[i] = grid.code(free[i]);
      int row = i * size;
      double error = (free[i] - grid.value(codes[i])) / inverseRoot[row + i];
      for (int j = i + 1; j < size; j++) {
        free[j] -= error * inverseRoot[row + j];
      }
    }
    return codes;
  }

  /** The values that weights of one channel may take. */
  interface Grid {

    /** The code whose value is nearest. */
    int code(double value);

    /** The value of a code. */
    double value(int code);
  }
}
