package dev.mixtune.engine.fitting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** Exhaustive search, Gaussian elimination and naive loops are the oracles. */
class SolversTest {
  private static final DenseAlgebra ALGEBRA = new EjmlAlgebra();

  @RepeatedTest(20)
  void errorFeedbackIsTheBestAnswerOfTheWeightsThatAreStillFree(RepetitionInfo repetition) {
    Random random = new Random(repetition.getCurrentRepetition());
    int size = 6;
    double[] hessian = Problems.hessian(size, random);
    double[] target = Problems.gaussian(size, random);
    Quadratic.Grid grid = grid(0.5, -2, 1);

    int[] codes =
        Quadratic.of(size, hessian, ALGEBRA).feedErrorForward(List.of(target), List.of(grid))[0];

    int[] expected = new int[size];
    for (int i = 0; i < size; i++) {
      // Weights 0..i-1 are fixed; the others minimise the quadratic without any grid.
      int free = size - i;
      double[] matrix = new double[free * free];
      double[] right = new double[free];
      for (int a = 0; a < free; a++) {
        for (int b = 0; b < free; b++) {
          matrix[a * free + b] = hessian[(i + a) * size + i + b];
          right[a] += hessian[(i + a) * size + i + b] * target[i + b];
        }
        for (int fixed = 0; fixed < i; fixed++) {
          right[a] +=
              hessian[(i + a) * size + fixed]
                  * (target[fixed] - grid.value(fixed, expected[fixed]));
        }
      }
      expected[i] = grid.code(i, Problems.solve(matrix, right)[0]);
    }
    assertThat(codes).containsExactly(expected);
  }

  @RepeatedTest(20)
  void uniformSolutionsComeCloseToTheBestOfAllCodes(RepetitionInfo repetition) {
    Random random = new Random(repetition.getCurrentRepetition());
    int size = 5;
    double[] hessian = Problems.hessian(size, random);
    double[] target = Problems.gaussian(size, random);

    ChannelSolution solution =
        new UniformSolver(Quadratic.of(size, hessian, ALGEBRA), 2)
            .solve(List.of(new Channel(target, Problems.product(hessian, target))))
            .get(0);

    double best = bestOfAllCodes(hessian, target, 2);
    double found =
        Problems.error(hessian, Problems.values(solution.codes(), solution.scale()), target);
    double empty = Problems.error(hessian, new double[size], target);
    assertThat(found).isGreaterThanOrEqualTo(best - 1e-9);
    assertThat(found - best).isLessThan(0.15 * empty);
    assertThat(solution.loss() + empty).isCloseTo(found, within(1e-9));
  }

  /** The scale is a parabola's minimum for given codes, so codes are all there is to try. */
  private static double bestOfAllCodes(double[] hessian, double[] target, int bits) {
    int size = target.length;
    int levels = 1 << bits;
    double[] rightSide = Problems.product(hessian, target);
    double best = Problems.error(hessian, new double[size], target);
    for (int number = 0; number < Math.pow(levels, size); number++) {
      int[] codes = new int[size];
      int rest = number;
      for (int i = 0; i < size; i++) {
        codes[i] = rest % levels - levels / 2;
        rest /= levels;
      }
      double[] product = Problems.product(hessian, Problems.values(codes, 1));
      double linear = 0;
      double square = 0;
      for (int i = 0; i < size; i++) {
        linear += codes[i] * rightSide[i];
        square += codes[i] * product[i];
      }
      if (linear > 0) {
        double[] values = Problems.values(codes, linear / square);
        best = Math.min(best, Problems.error(hessian, values, target));
      }
    }
    return best;
  }

  @RepeatedTest(10)
  void noSingleChangeOfAUniformSolutionHelps(RepetitionInfo repetition) {
    Random random = new Random(repetition.getCurrentRepetition());
    int size = 40;
    double[] hessian = Problems.hessian(size, random);
    double[] target = Problems.gaussian(size, random);
    for (int bits : new int[] {2, 4, 8}) {
      ChannelSolution solution =
          new UniformSolver(Quadratic.of(size, hessian, ALGEBRA), bits)
              .solve(List.of(new Channel(target, Problems.product(hessian, target))))
              .get(0);

      double[] values = Problems.values(solution.codes(), solution.scale());
      double error = Problems.error(hessian, values, target);
      for (double factor : new double[] {0.99, 1.01}) {
        double[] scaled = Arrays.stream(values).map(value -> value * factor).toArray();
        assertThat(Problems.error(hessian, scaled, target)).isGreaterThanOrEqualTo(error);
      }
      assertThat(Arrays.stream(solution.codes()).min().orElseThrow())
          .isGreaterThanOrEqualTo(-(1 << (bits - 1)));
      assertThat(Arrays.stream(solution.codes()).max().orElseThrow()).isLessThan(1 << (bits - 1));
      for (int i = 0; i < size; i++) {
        for (int step : new int[] {-1, 1}) {
          int code = solution.codes()[i] + step;
          if (code >= -(1 << (bits - 1)) && code < 1 << (bits - 1)) {
            double[] changed = values.clone();
            changed[i] = code * solution.scale();
            assertThat(Problems.error(hessian, changed, target))
                .isGreaterThan(error - 1e-3 * Math.abs(error) - 1e-9);
          }
        }
      }
    }
  }

  @Test
  void fittingBeatsPlainRoundingAtTheBestScaleAndCodebooksBeatBoth() {
    double plainSum = 0;
    double fittedSum = 0;
    double bookedSum = 0;
    for (int seed = 1; seed <= 30; seed++) {
      Random random = new Random(seed);
      int size = 30;
      double[] hessian = Problems.hessian(size, random);
      double[] target = Problems.gaussian(size, random);
      double[] rightSide = Problems.product(hessian, target);
      Quadratic quadratic = Quadratic.of(size, hessian, ALGEBRA);

      List<Channel> channels = List.of(new Channel(target, rightSide));
      List<ChannelSolution> uniforms = new UniformSolver(quadratic, 2).solve(channels);
      ChannelSolution uniform = uniforms.get(0);
      ChannelSolution codebook =
          new CodebookSolver(quadratic, 2, ALGEBRA).solve(channels, uniforms).get(0);

      double plain = Double.POSITIVE_INFINITY;
      for (double scale = 0.05; scale < 4; scale += 0.01) {
        Quadratic.Grid grid = grid(scale, -2, 1);
        double[] values = Arrays.stream(target).map(t -> grid.value(0, grid.code(0, t))).toArray();
        plain = Math.min(plain, Problems.error(hessian, values, target));
      }
      double fitted =
          Problems.error(hessian, Problems.values(uniform.codes(), uniform.scale()), target);
      double booked =
          Problems.error(hessian, Problems.values(codebook.codes(), codebook.scale()), target);
      // INT8 codes of the table cost a little of what free levels gain.
      assertThat(booked).isLessThanOrEqualTo(fitted * 1.02);
      assertThat(Arrays.stream(codebook.codes()).distinct().count()).isLessThanOrEqualTo(4);
      assertThat(Arrays.stream(codebook.codes()).map(Math::abs).max().orElseThrow())
          .isLessThanOrEqualTo(127);
      plainSum += plain;
      fittedSum += fitted;
      bookedSum += booked;
    }
    assertThat(fittedSum).isLessThan(0.9 * plainSum);
    assertThat(bookedSum).isLessThan(0.95 * fittedSum);
  }

  @RepeatedTest(20)
  void clustersAreTheBestOfAllAssignments(RepetitionInfo repetition) {
    Random random = new Random(repetition.getCurrentRepetition());
    double[] values = Problems.gaussian(7, random);
    double[] weights = random.doubles(7, 0.1, 2).toArray();

    double[] centres = Clusters.centres(values, weights, 3);

    double found = 0;
    for (int i = 0; i < values.length; i++) {
      double least = Double.POSITIVE_INFINITY;
      for (double centre : centres) {
        least = Math.min(least, (values[i] - centre) * (values[i] - centre));
      }
      found += weights[i] * least;
    }
    assertThat(found).isCloseTo(bestAssignment(values, weights), within(1e-9));
  }

  private static double bestAssignment(double[] values, double[] weights) {
    double best = Double.POSITIVE_INFINITY;
    for (int number = 0; number < Math.pow(3, values.length); number++) {
      double[] mass = new double[3];
      double[] first = new double[3];
      double second = 0;
      int rest = number;
      for (int i = 0; i < values.length; i++) {
        mass[rest % 3] += weights[i];
        first[rest % 3] += weights[i] * values[i];
        second += weights[i] * values[i] * values[i];
        rest /= 3;
      }
      for (int k = 0; k < 3; k++) {
        second -= mass[k] > 0 ? first[k] * first[k] / mass[k] : 0;
      }
      best = Math.min(best, second);
    }
    return best;
  }

  @Test
  void fewerNumbersThanClustersAreTheirOwnCentres() {
    assertThat(Clusters.centres(new double[] {3, 1}, new double[] {1, 1}, 16))
        .containsExactly(1, 3);
    assertThat(Clusters.centres(new double[] {2, 2, 2}, new double[] {1, 1, 1}, 2)).containsOnly(2);
  }

  @Test
  void factorsOfAMatrixGiveItsInverseAndRefuseAnIndefiniteOne() {
    double[] hessian = Problems.hessian(9, new Random(3));
    double[] right = Problems.gaussian(9, new Random(4));
    DenseAlgebra.Factors factors = ALGEBRA.factor(9, hessian).orElseThrow();

    assertThat(factors.solve(right, 1))
        .containsExactly(Problems.solve(hessian, right), within(1e-9));
    assertThat(Quadratic.of(9, hessian, ALGEBRA).ideals(new double[][] {right})[0])
        .containsExactly(Problems.solve(hessian, right), within(1e-9));
    assertThat(ALGEBRA.factor(2, new double[] {1, 2, 2, 1})).isEmpty();
  }

  private static Quadratic.Grid grid(double scale, int least, int most) {
    return new Quadratic.Grid() {
      @Override
      public int code(int i, double value) {
        return (int) Math.max(least, Math.min(most, Math.rint(value / scale)));
      }

      @Override
      public double value(int i, int code) {
        return code * scale;
      }
    };
  }
}
