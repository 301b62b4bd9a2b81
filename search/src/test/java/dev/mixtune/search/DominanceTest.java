package dev.mixtune.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.engine.Basis;
import dev.mixtune.engine.Latency;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DominanceTest {
  private static final Set<Objective> ALL = Objective.USUAL;

  private static Evaluation at(int number, double drop, double ratio, long size) {
    return Toys.scored(Toys.plan(number), drop, ratio, size);
  }

  private static Evaluation timed(int number, double ratio, double error) {
    return Toys.scored(
        Toys.plan(number), 0.01, new Latency(10 * ratio, ratio, error, Basis.MEASURED), 50, "");
  }

  @Test
  void latenciesWithinErrorTie() {
    Dominance dominance = Dominance.tied(ALL, 0.5, 0.02);
    Evaluation small = at(0, 0.01, 0.505, 50);
    Evaluation fast = at(1, 0.01, 0.5, 60);
    Evaluation faster = at(2, 0.01, 0.45, 60);
    assertThat(dominance.dominates(small, fast)).isTrue();
    assertThat(dominance.dominates(small, faster)).isFalse();
    assertThat(Dominance.exact(ALL).dominates(small, fast)).isFalse();
  }

  @Test
  void onlyTheObjectivesCount() {
    Evaluation a = at(0, 0.01, 0.5, 60);
    Evaluation b = at(1, 0.02, 0.6, 50);
    assertThat(Dominance.exact(ALL).dominates(a, b)).isFalse();
    assertThat(Dominance.exact(EnumSet.of(Objective.ACCURACY, Objective.LATENCY)).dominates(a, b))
        .isTrue();
    assertThat(Dominance.exact(EnumSet.of(Objective.SIZE)).dominates(b, a)).isTrue();
  }

  @Test
  void rawDominanceNeverTurnsAround() {
    Random random = new Random(5);
    for (int trial = 0; trial < 20_000; trial++) {
      Dominance tied = Dominance.tied(ALL, 0.2 + random.nextDouble(), random.nextDouble() * 0.1);
      Evaluation a = near(random, 0);
      Evaluation b = near(random, 1);
      boolean rawDominance =
          Objective.ACCURACY.of(a) <= Objective.ACCURACY.of(b)
              && Objective.LATENCY.of(a) <= Objective.LATENCY.of(b)
              && Objective.SIZE.of(a) <= Objective.SIZE.of(b);
      if (rawDominance) {
        assertThat(tied.dominates(b, a)).isFalse();
        assertThat(tied.dominates(a, b) || Arrays.equals(tied.coordinates(a), tied.coordinates(b)))
            .isTrue();
      }
    }
  }

  @Test
  void tiesAreTransitive() {
    Random random = new Random(6);
    Dominance tied = Dominance.tied(ALL, 0.5, 0.03);
    int chains = 0;
    for (int trial = 0; trial < 200_000; trial++) {
      Evaluation a = near(random, 0);
      Evaluation b = near(random, 1);
      Evaluation c = near(random, 2);
      if (tied.dominates(a, b) && tied.dominates(b, c)) {
        chains++;
        assertThat(tied.dominates(a, c)).isTrue();
      }
    }
    assertThat(chains).isGreaterThan(100);
  }

  private static Evaluation near(Random random, int number) {
    return at(
        number,
        random.nextInt(4) / 100.0,
        0.5 * Math.exp(0.1 * random.nextGaussian()),
        50 + random.nextInt(4));
  }

  @Test
  void anchorsAtTheFirstMeasuredUniformPlanWithTheMedianError() {
    Evaluation failed = Evaluation.failed(Toys.plan(0), "", "crashed");
    Dominance dominance =
        Dominance.anchored(
            ALL, List.of(failed, timed(1, 0.4, 0.01), timed(2, 1, 0.5), timed(3, 0.9, 0.03)));
    assertThat(dominance.anchorRatio()).isEqualTo(0.4);
    assertThat(dominance.relativeError()).isEqualTo(0.03);
    assertThat(Dominance.anchored(ALL, List.of(failed)).relativeError()).isZero();
  }
}
