package dev.mixtune.engine.fitting;

import java.util.List;

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

  double element(int i, int j) {
    return hessian[i * size + j];
  }

  /** Adds {@code factor} times row {@code i} of H. */
  void addRow(int i, double factor, double[] into) {
    Vectors.addScaled(factor, hessian, i * size, into, 0, size);
  }

  /** The ideal weights {@code H^-1 r} of several channels. */
  double[][] ideals(double[][] rightSides) {
    double[][] ideals = new double[rightSides.length][size];
    for (int i = 0; i < size; i++) {
      int row = i * size;
      for (int channel = 0; channel < rightSides.length; channel++) {
        double rooted = Vectors.dot(inverseRoot, row, rightSides[channel], i, size);
        Vectors.addScaled(rooted, inverseRoot, row, ideals[channel], i, size);
      }
    }
    return ideals;
  }

  /**
   * Rounds weights one after the other and lets those that are still free make up for the error of
   * each (GPTQ, Frantar et al. 2022, algorithm 1, without its blocks). Channels go side by side.
   *
   * @param targets the ideal weights of each channel
   * @param grids what each channel's weights may become
   * @return one code per weight
   */
  int[][] feedErrorForward(List<double[]> targets, List<? extends Grid> grids) {
    int channels = targets.size();
    double[][] free = new double[channels][];
    int[][] codes = new int[channels][size];
    for (int channel = 0; channel < channels; channel++) {
      free[channel] = targets.get(channel).clone();
    }
    for (int i = 0; i < size; i++) {
      int row = i * size;
      for (int channel = 0; channel < channels; channel++) {
        double value = free[channel][i];
        int code = grids.get(channel).code(i, value);
        codes[channel][i] = code;
        double error = (value - grids.get(channel).value(i, code)) / inverseRoot[row + i];
        Vectors.addScaled(-error, inverseRoot, row, free[channel], i + 1, size);
      }
    }
    return codes;
  }

  /** The values that weights of one channel may take. */
  interface Grid {

    /** The code of weight {@code i} whose value is nearest. */
    int code(int i, double value);

    /** The value that a code stands for in weight {@code i}. */
    double value(int i, int code);
  }
}
