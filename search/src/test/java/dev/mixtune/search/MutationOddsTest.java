package dev.mixtune.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mixtune.engine.Scheme;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MutationOddsTest {
  /** Two options each, the narrow one saves 1; what it damages doubles from layer to layer. */
  private static final double[][] DAMAGE =
      IntStream.range(0, 9).mapToObj(m -> new double[] {0, 1 << m}).toArray(double[][]::new);

  private static final double[][] COST =
      IntStream.range(0, 9).mapToObj(m -> new double[] {1, 0}).toArray(double[][]::new);

  private final MutationOdds odds = new MutationOdds(DAMAGE, COST);

  private static int[] narrowUpTo(int layers) {
    return IntStream.range(0, 9).map(m -> m < layers ? 1 : 0).toArray();
  }

  @Test
  void whatIsNearlyUndecidedChangesMost() {
    for (int narrow = 1; narrow < 9; narrow++) {
      double[] likely = odds.of(narrowUpTo(narrow));
      // The plan is best at prices between the damages of the last narrow and the next layer.
      int most = IntStream.range(0, 9).reduce(0, (a, b) -> likely[b] > likely[a] ? b : a);
      assertThat(most).isBetween(narrow - 1, narrow);
      for (int m = 1; m < narrow; m++) {
        assertThat(likely[m]).isGreaterThanOrEqualTo(likely[m - 1]);
      }
      for (int m = narrow + 1; m < 9; m++) {
        assertThat(likely[m]).isLessThanOrEqualTo(likely[m - 1]);
      }
    }
  }

  @Test
  void aChoiceAgainstTheTradeIsUndecidedToo() {
    int[] plan = narrowUpTo(5);
    plan[0] = 0;
    double[] likely = odds.of(plan);
    assertThat(likely[0]).isGreaterThan(likely[1]).isGreaterThan(likely[8]);
  }

  @Test
  void oneChoiceChangesOnAverageAndNoneIsLeftOut() {
    for (int narrow = 0; narrow <= 9; narrow++) {
      double[] likely = odds.of(narrowUpTo(narrow));
      assertThat(Arrays.stream(likely).sum()).isCloseTo(1, within(1e-12));
      assertThat(Arrays.stream(likely).min().orElseThrow()).isGreaterThanOrEqualTo(0.25 / 9);
    }
  }

  @Test
  void withoutATradeAllAreAlike() {
    double[] likely =
        new MutationOdds(
                new double[][] {{0, 0}, {0}, {0, 0, 0}}, new double[][] {{1, 1}, {1}, {1, 1, 1}})
            .of(new int[] {1, 0, 2});
    assertThat(likely).containsExactly(new double[] {0.5, 0, 0.5}, within(1e-9));
  }

  @Test
  void timeAndBytesCountByTheirShares() {
    SearchSpace space =
        SearchSpace.of(
            2,
            List.of(
                Toys.menu(0, Toys.entry(Scheme.F16, 3, 0, 4), Toys.entry(Scheme.W8A8, 1, 1, 0)),
                Toys.menu(1, Toys.entry(Scheme.F16, 5, 0, 1), Toys.entry(Scheme.W8A8, 1, 2, 1))));
    Costs costs = Costs.of(space);
    double[][] shares = {{3 / 6.0 + 1, 1 / 6.0}, {5 / 6.0 + 0.25, 1 / 6.0 + 0.25}};
    double[][] bytes = {{3, 1}, {5, 1}};
    for (int[] plan : new int[][] {{0, 0}, {1, 0}, {0, 1}}) {
      assertThat(MutationOdds.of(costs.damage(), costs, Objective.USUAL).of(plan))
          .containsExactly(new MutationOdds(costs.damage(), shares).of(plan), within(1e-6));
      assertThat(
              MutationOdds.of(costs.damage(), costs, EnumSet.of(Objective.ACCURACY, Objective.SIZE))
                  .of(plan))
          .containsExactly(new MutationOdds(costs.damage(), bytes).of(plan), within(1e-6));
    }
  }
}
