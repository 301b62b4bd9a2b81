package dev.mixtune.engine.fitting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** All masks, with least squares by Gaussian elimination on the rest, are the oracle. */
class SparseSolverTest {
  private static final DenseAlgebra ALGEBRA = new EjmlAlgebra();

  private static ChannelSolution solved(double[] hessian, double[] target, int bits, double share) {
    Quadratic quadratic = Quadratic.of(target.length, hessian, ALGEBRA);
    return new SparseSolver(quadratic, bits, share)
        .solve(List.of(new Channel(target, Problems.product(hessian, target))))
        .get(0);
  }

  @RepeatedTest(20)
  void aMaskIsNearTheBestOfAllMasksAndItsWeightsNearTheBestOfTheMask(RepetitionInfo repetition) {
    Random random = new Random(repetition.getCurrentRepetition());
    int size = 8;
    double[] hessian = Problems.hessian(size, random);
    double[] target = Problems.gaussian(size, random);

    ChannelSolution solution = solved(hessian, target, 8, 0.5);

    double found =
        Problems.error(hessian, Problems.values(solution.codes(), solution.scale()), target);
    double empty = Problems.error(hessian, new double[size], target);
    double best = Double.POSITIVE_INFINITY;
    double worst = 0;
    for (int mask = 0; mask < 1 << size; mask++) {
      if (Integer.bitCount(mask) == size / 2) {
        double error = leastError(hessian, target, mask);
        best = Math.min(best, error);
        worst = Math.max(worst, error);
      }
    }
    assertThat(found).isBetween(best - 1e-9, best + 0.35 * (worst - best));
    assertThat(solution.loss() + empty).isCloseTo(found, within(1e-9));
    int mask = 0;
    for (int i = 0; i < size; i++) {
      mask |= solution.codes()[i] != 0 ? 1 << i : 0;
    }
    // A grid of 8 bits and steps of single codes end a little beside the solution without a grid.
    assertThat(found).isLessThan(leastError(hessian, target, mask) + 0.01 * empty);
  }

  /** The least error of weights that are 0 outside the mask. */
  private static double leastError(double[] hessian, double[] target, int mask) {
    int size = target.length;
    int[] kept =
        java.util.stream.IntStream.range(0, size).filter(i -> (mask >> i & 1) == 1).toArray();
    double[] rightSide = Problems.product(hessian, target);
    double[] matrix = new double[kept.length * kept.length];
    double[] right = new double[kept.length];
    for (int a = 0; a < kept.length; a++) {
      right[a] = rightSide[kept[a]];
      for (int b = 0; b < kept.length; b++) {
        matrix[a * kept.length + b] = hessian[kept[a] * size + kept[b]];
      }
    }
    double[] solved = Problems.solve(matrix, right);
    double[] weights = new double[size];
    for (int a = 0; a < kept.length; a++) {
      weights[kept[a]] = solved[a];
    }
    return Problems.error(hessian, weights, target);
  }

  @ParameterizedTest
  @CsvSource({"8, 0.5, 300", "4, 0.5, 300", "8, 0.75, 130", "4, 0.5, 9", "8, 0.5, 1"})
  void theStatedShareIsZeroAndTheRestLiesOnTheGrid(int bits, double share, int size) {
    Random random = new Random(7);
    double[] target = Problems.gaussian(size, random);

    ChannelSolution solution = solved(Problems.hessian(size, random), target, bits, share);

    long zeros = Arrays.stream(solution.codes()).filter(code -> code == 0).count();
    assertThat(zeros).isGreaterThanOrEqualTo((long) Math.ceil(share * size));
    assertThat(Arrays.stream(solution.codes()).min().orElseThrow())
        .isGreaterThanOrEqualTo(-(1 << (bits - 1)));
    assertThat(Arrays.stream(solution.codes()).max().orElseThrow()).isLessThan(1 << (bits - 1));
    assertThat(solution.scale()).isPositive();
  }

  @Test
  void theOthersMakeUpForWhatIsPruned() {
    double pruned = 0;
    double smallest = 0;
    for (int seed = 1; seed <= 30; seed++) {
      Random random = new Random(seed);
      int size = 40;
      double[] hessian = Problems.hessian(size, random);
      double[] target = Problems.gaussian(size, random);
      ChannelSolution solution = solved(hessian, target, 8, 0.5);
      pruned +=
          Problems.error(hessian, Problems.values(solution.codes(), solution.scale()), target);
      double median =
          Arrays.stream(target).map(Math::abs).sorted().skip(size / 2).findFirst().orElseThrow();
      double[] cut = Arrays.stream(target).map(w -> Math.abs(w) < median ? 0 : w).toArray();
      smallest += Problems.error(hessian, cut, target);
    }
    assertThat(pruned).isLessThan(0.7 * smallest);
  }
}
