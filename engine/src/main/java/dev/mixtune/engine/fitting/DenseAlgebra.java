package dev.mixtune.engine.fitting;

import java.util.Optional;

/**
 * Port to dense linear algebra on row-major matrices of doubles. A native library can take the
 * place of {@link EjmlAlgebra} without anything else changing.
 */
interface DenseAlgebra {

  /**
   * Factors a symmetric matrix.
   *
   * @param size rows and columns
   * @param matrix {@code [size, size]}, not changed
   * @return empty when the matrix is not positive definite to working precision
   */
  Optional<Factors> factor(int size, double[] matrix);

  /** A factored positive definite matrix. Not thread-safe: libraries solve in scratch memory. */
  interface Factors {

    /**
     * Solves {@code A x = b} for several right sides.
     *
     * @param rightSides {@code [size, columns]}, not changed
     * @param columns number of right sides
     * @return {@code [size, columns]}
     */
    double[] solve(double[] rightSides, int columns);

    /** The upper triangular U with {@code A^-1 = U^T U}, {@code [size, size]}. */
    double[] inverseRoot();
  }
}
