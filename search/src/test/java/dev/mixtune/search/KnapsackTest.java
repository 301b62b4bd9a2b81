package dev.mixtune.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.ojalgo.optimisation.Expression;
import org.ojalgo.optimisation.ExpressionsBasedModel;
import org.ojalgo.optimisation.Variable;

class KnapsackTest {

  /** Groups with 1 to 4 entries; few distinct values, so that ties are common. */
  private static Instance small(Random random, int constraints) {
    int groups = 1 + random.nextInt(6);
    boolean coarse = random.nextBoolean();
    double[][] damage = new double[groups][];
    long[][][] weights = new long[constraints][groups][];
    for (int g = 0; g < groups; g++) {
      int entries = 1 + random.nextInt(4);
      damage[g] = new double[entries];
      for (int i = 0; i < entries; i++) {
        damage[g][i] = coarse ? random.nextInt(4) : Math.exp(4 * random.nextGaussian());
      }
      for (int c = 0; c < constraints; c++) {
        weights[c][g] = random.longs(entries, coarse ? -3 : -1000, coarse ? 4 : 100_000).toArray();
      }
    }
    return new Instance(damage, weights);
  }

  /** Layers with widths 2, 4, 8 and 16 whose sensitivities span orders of magnitude. */
  private static Instance network(Random random, int groups, int constraints) {
    int[] bits = {2, 4, 8, 16};
    double[][] damage = new double[groups][4];
    long[][][] weights = new long[constraints][groups][4];
    for (int g = 0; g < groups; g++) {
      long parameters = 1000 + random.nextInt(2_000_000);
      long macs = 1000 + random.nextInt(1_000_000);
      double scale = Math.exp(2 * random.nextGaussian());
      for (int i = 0; i < 4; i++) {
        damage[g][i] = scale * Math.pow(2, -1.5 * bits[i]) * (0.5 + random.nextDouble());
        weights[0][g][i] = parameters * bits[i] / 8 + 40;
        if (constraints == 2) {
          weights[1][g][i] = bits[i] < 16 ? macs / 3 + random.nextInt(1000) : macs;
        }
      }
    }
    return new Instance(damage, weights);
  }

  @RepeatedTest(4)
  void agreesWithExhaustiveSearch(RepetitionInfo repetition) {
    Random random = new Random(repetition.getCurrentRepetition());
    for (int trial = 0; trial < 500; trial++) {
      Instance instance = small(random, 1 + trial % 2);
      long[] limits = instance.limits(random.nextDouble() * 1.2 - 0.1);
      double expected = instance.exhaustive(limits);
      Optional<Knapsack.Solution> found =
          new Knapsack(instance.damage, instance.weights).minimise(limits);
      assertThat(found.isPresent()).as("feasible").isEqualTo(expected < Double.POSITIVE_INFINITY);
      found.ifPresent(
          solution -> {
            assertThat(instance.fits(solution.options(), limits)).isTrue();
            assertThat(solution.proven()).isTrue();
            assertThat(solution.damage()).isCloseTo(expected, within(1e-9 * (1e-9 + expected)));
            assertThat(instance.damageOf(solution.options()))
                .isCloseTo(expected, within(1e-9 * (1e-9 + expected)));
          });
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void agreesWithAnIntegerProgrammeSolver(int constraints) {
    Instance instance = network(new Random(31), 40, constraints);
    for (double share : new double[] {0.05, 0.2, 0.4, 0.7, 0.95}) {
      long[] limits = instance.limits(share);
      Knapsack.Solution solution =
          new Knapsack(instance.damage, instance.weights).minimise(limits).orElseThrow();
      assertThat(instance.fits(solution.options(), limits)).isTrue();
      assertThat(solution.proven()).isTrue();
      assertThat(solution.damage())
          .isCloseTo(instance.integerProgramme(limits), within(1e-6 * solution.damage()));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void provesTheSweepOfALargeNetwork(int constraints) {
    Instance instance = network(new Random(7), 160, constraints);
    Knapsack knapsack = new Knapsack(instance.damage, instance.weights);
    double previous = Double.POSITIVE_INFINITY;
    for (int k = 0; k < 20; k++) {
      long[] limits = instance.limits((k + 1) / 20.0);
      Knapsack.Solution solution = knapsack.minimise(limits).orElseThrow();
      assertThat(solution.proven()).isTrue();
      assertThat(instance.fits(solution.options(), limits)).isTrue();
      assertThat(solution.damage()).as("more room, no more damage").isLessThanOrEqualTo(previous);
      previous = solution.damage();
    }
  }

  @Test
  void solvesManyEqualGroups() {
    // 100 groups alike: damage 3, 1 or 0 for weight 0, 1 or 3; 150 units buy 100 ones and 25
    // threes.
    double[][] damage = new double[100][];
    long[][] weight = new long[100][];
    Arrays.setAll(damage, g -> new double[] {3, 1, 0});
    Arrays.setAll(weight, g -> new long[] {0, 1, 3});
    Knapsack.Solution solution = new Knapsack(damage, weight).minimise(150).orElseThrow();
    assertThat(solution.damage()).isEqualTo(75);
    assertThat(solution.proven()).isTrue();
  }

  @Test
  void staysBoundedWhereAllGroupsAreEquallyWorthwhile() {
    // Every byte saved costs the same damage, in every group: all that counts is how well the
    // limit is filled, and the damage of a perfect fill is known.
    Random random = new Random(11);
    int groups = 160;
    double perByte = 1e-6;
    double[][] damage = new double[groups][4];
    long[][] bytes = new long[groups][4];
    long most = 0;
    for (int g = 0; g < groups; g++) {
      long parameters = 1000 + random.nextInt(2_000_000);
      for (int i = 0; i < 4; i++) {
        bytes[g][i] = parameters << i;
        damage[g][i] = perByte * ((parameters << 3) - bytes[g][i]);
      }
      most += parameters << 3;
    }
    long limit = most / 3;
    Knapsack.Solution solution = new Knapsack(damage, bytes).minimise(limit).orElseThrow();
    assertThat(new Instance(damage, new long[][][] {bytes}).fits(solution.options(), limit))
        .isTrue();
    double perfect = perByte * (most - limit);
    assertThat(solution.damage()).isBetween(perfect * (1 - 1e-9), perfect * 1.001);
  }

  @Test
  void findsNothingBelowTheLeastWeight() {
    Knapsack knapsack = new Knapsack(new double[][] {{0, 1}}, new long[][] {{8, 2}});
    assertThat(knapsack.minimise(1)).isEmpty();
    assertThat(knapsack.minimise(2).orElseThrow().options()).containsExactly(1);
    assertThat(knapsack.minimise(8).orElseThrow().options()).containsExactly(0);
  }

  @Test
  void refusesThreeConstraints() {
    long[][] weight = {{1}};
    Knapsack knapsack = new Knapsack(new double[][] {{0}}, weight, weight, weight);
    assertThatThrownBy(() -> knapsack.minimise(1, 1, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("3 constraints");
  }

  private record Instance(double[][] damage, long[][][] weights) {

    /** Limits this far between the least and the largest total weight. */
    long[] limits(double share) {
      long[] limits = new long[weights.length];
      for (int c = 0; c < limits.length; c++) {
        long low = 0;
        long high = 0;
        for (long[] entries : weights[c]) {
          low += Arrays.stream(entries).min().orElseThrow();
          high += Arrays.stream(entries).max().orElseThrow();
        }
        limits[c] = low + Math.round(share * (high - low));
      }
      return limits;
    }

    boolean fits(int[] options, long... limits) {
      for (int c = 0; c < limits.length; c++) {
        long sum = 0;
        for (int g = 0; g < options.length; g++) {
          sum += weights[c][g][options[g]];
        }
        if (sum > limits[c]) {
          return false;
        }
      }
      return true;
    }

    double damageOf(int[] options) {
      double sum = 0;
      for (int g = 0; g < options.length; g++) {
        sum += damage[g][options[g]];
      }
      return sum;
    }

    double exhaustive(long[] limits) {
      int[] options = new int[damage.length];
      double best = Double.POSITIVE_INFINITY;
      while (true) {
        if (fits(options, limits)) {
          best = Math.min(best, damageOf(options));
        }
        int g = 0;
        while (g < options.length && ++options[g] == damage[g].length) {
          options[g++] = 0;
        }
        if (g == options.length) {
          return best;
        }
      }
    }

    /** The same problem given to ojAlgo; figures are scaled to about 1 for its tolerances. */
    double integerProgramme(long[] limits) {
      ExpressionsBasedModel model = new ExpressionsBasedModel();
      double scale = Arrays.stream(damage).flatMapToDouble(Arrays::stream).max().orElseThrow();
      Variable[][] taken = new Variable[damage.length][];
      for (int g = 0; g < damage.length; g++) {
        Expression one = model.newExpression("group " + g).level(1);
        taken[g] = new Variable[damage[g].length];
        for (int i = 0; i < damage[g].length; i++) {
          taken[g][i] = model.newVariable(g + "/" + i).binary().weight(damage[g][i] / scale);
          one.set(taken[g][i], 1);
        }
      }
      for (int c = 0; c < limits.length; c++) {
        Expression limit = model.newExpression("limit " + c).upper(1);
        for (int g = 0; g < damage.length; g++) {
          for (int i = 0; i < damage[g].length; i++) {
            limit.set(taken[g][i], (double) weights[c][g][i] / limits[c]);
          }
        }
      }
      model.minimise();
      int[] options = new int[damage.length];
      for (int g = 0; g < options.length; g++) {
        for (int i = 0; i < taken[g].length; i++) {
          if (taken[g][i].getValue().doubleValue() > 0.5) {
            options[g] = i;
          }
        }
      }
      return damageOf(options);
    }
  }
}
