package dev.mixtune.engine.fitting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

/** Exhaustive search and Gaussian elimination are the oracles. */
class BlockSolverTest {
  private static final DenseAlgebra ALGEBRA = new EjmlAlgebra();

  @RepeatedTest(20)
  void solutionsComeCloseToTheBestOfAllCodesAndScales(RepetitionInfo repetition) {
    Random random = new Random(repetition.getCurrentRepetition());
    int[] blocks = {0, 1, 0, 1, 1};
    double[] hessian = Problems.hessian(blocks.length, random);
    double[] target = Problems.gaussian(blocks.length, random);

    BlockSolver.Solution solution = solve(hessian, target, blocks, 2);

    double best = bestOfAllCodes(hessian, target, blocks);
    double found = Problems.error(hessian, values(solution, blocks), target);
    double empty = Problems.error(hessian, new double[blocks.length], target);
    assertThat(found).isGreaterThanOrEqualTo(best - 1e-9);
    assertThat(found - best).isLessThan(0.1 * empty);
    assertThat(solution.loss() + empty).isCloseTo(found, within(1e-9));
  }

  @RepeatedTest(10)
  void noSingleChangeOfACodeOrAScaleHelps(RepetitionInfo repetition) {
    Random random = new Random(repetition.getCurrentRepetition());
    int[] blocks = new int[48];
    for (int i = 0; i < blocks.length; i++) {
      blocks[i] = (i * 7 % 48) / 16;
    }
    double[] hessian = Problems.hessian(blocks.length, random);
    double[] target = Problems.gaussian(blocks.length, random);
    for (int bits : new int[] {2, 4, 8}) {
      BlockSolver.Solution solution = solve(hessian, target, blocks, bits);

      double[] values = values(solution, blocks);
      double error = Problems.error(hessian, values, target);
      for (int i = 0; i < blocks.length; i++) {
        assertThat(solution.codes()[i]).isBetween(-(1 << (bits - 1)), (1 << (bits - 1)) - 1);
        for (int step : new int[] {-1, 1}) {
          int code = solution.codes()[i] + step;
          if (code >= -(1 << (bits - 1)) && code < 1 << (bits - 1)) {
            double[] changed = values.clone();
            changed[i] = code * solution.scales()[blocks[i]];
            assertThat(Problems.error(hessian, changed, target))
                .isGreaterThan(error - 0.01 * error - 1e-9);
          }
        }
      }
      for (int b = 0; b < 3; b++) {
        for (double factor : new double[] {0.97, 1.03}) {
          double[] changed = values.clone();
          for (int i = 0; i < blocks.length; i++) {
            changed[i] *= blocks[i] == b ? factor : 1;
          }
          assertThat(Problems.error(hessian, changed, target)).isGreaterThan(error * 0.999);
        }
      }
    }
  }

  private static BlockSolver.Solution solve(
      double[] hessian, double[] target, int[] blocks, int bits) {
    Quadratic quadratic = Quadratic.of(target.length, hessian, ALGEBRA);
    Channel channel = new Channel(target, Problems.product(hessian, target));
    return new BlockSolver(quadratic, blocks, bits).solve(List.of(channel)).get(0);
  }

  private static double[] values(BlockSolver.Solution solution, int[] blocks) {
    double[] values = new double[blocks.length];
    for (int i = 0; i < blocks.length; i++) {
      assertThat(solution.scales()[blocks[i]]).isNotZero().isFinite();
      values[i] = solution.codes()[i] * solution.scales()[blocks[i]];
    }
    return values;
  }

  /**
   * For given codes the two best scales solve a linear system, so codes are all there is to try.
   */
  private static double bestOfAllCodes(double[] hessian, double[] target, int[] blocks) {
    double[] rightSide = Problems.product(hessian, target);
    double best = Double.POSITIVE_INFINITY;
    for (int number = 0; number < Math.pow(4, blocks.length); number++) {
      double[][] columns = new double[2][blocks.length];
      int rest = number;
      for (int i = 0; i < blocks.length; i++) {
        columns[blocks[i]][i] = rest % 4 - 2;
        rest /= 4;
      }
      double[] matrix = new double[4];
      double[] right = new double[2];
      for (int a = 0; a < 2; a++) {
        for (int b = 0; b < 2; b++) {
          matrix[a * 2 + b] = dot(columns[a], Problems.product(hessian, columns[b]));
        }
        matrix[a * 3] += 1e-9;
        right[a] = dot(columns[a], rightSide);
      }
      double[] scales = Problems.solve(matrix, right);
      double[] values = new double[blocks.length];
      for (int i = 0; i < blocks.length; i++) {
        values[i] = columns[blocks[i]][i] * scales[blocks[i]];
      }
      best = Math.min(best, Problems.error(hessian, values, target));
    }
    return best;
  }

  private static double dot(double[] left, double[] right) {
    double sum = 0;
    for (int i = 0; i < left.length; i++) {
      sum += left[i] * right[i];
    }
    return sum;
  }
}
