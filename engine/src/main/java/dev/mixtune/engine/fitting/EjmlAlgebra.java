package dev.mixtune.engine.fitting;

import java.util.Optional;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.dense.row.factory.LinearSolverFactory_DDRM;
import org.ejml.interfaces.decomposition.CholeskyDecomposition_F64;
import org.ejml.interfaces.linsol.LinearSolverDense;

/** Dense algebra by EJML, in plain Java. Thread-safe; its factors are not. */
final class EjmlAlgebra implements DenseAlgebra {

  @Override
  public Optional<Factors> factor(int size, double[] matrix) {
    LinearSolverDense<DMatrixRMaj> solver = LinearSolverFactory_DDRM.chol(size);
    // The solver may factor in place.
    DMatrixRMaj copy = DMatrixRMaj.wrap(size, size, matrix.clone());
    if (!solver.setA(copy)) {
      return Optional.empty();
    }
    return Optional.of(new CholeskyFactors(size, solver));
  }

  private record CholeskyFactors(int size, LinearSolverDense<DMatrixRMaj> solver)
      implements Factors {

    @Override
    public double[] solve(double[] rightSides, int columns) {
      DMatrixRMaj answer = new DMatrixRMaj(size, columns);
      solver.solve(DMatrixRMaj.wrap(size, columns, rightSides.clone()), answer);
      return answer.data;
    }

    @Override
    public double[] inverseRoot() {
      DMatrixRMaj inverse = new DMatrixRMaj(size, size);
      solver.invert(inverse);
      CholeskyDecomposition_F64<DMatrixRMaj> root =
          DecompositionFactory_DDRM.chol(size, /* lower= */ false);
      if (!root.decompose(inverse)) {
        throw new IllegalStateException("the inverse of a positive definite matrix is not one");
      }
      return root.getT(null).data;
    }
  }
}
