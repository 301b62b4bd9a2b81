package dev.mixtune.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.jenetics.ext.moea.Pareto;
import io.jenetics.ext.moea.Vec;
import io.jenetics.util.ISeq;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class RankingTest {

  private static List<double[]> points(Random random, int count, int levels) {
    List<double[]> points = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      points.add(random.ints(3, 0, levels).asDoubleStream().toArray());
    }
    return points;
  }

  /** Peels off, again and again, the points that no remaining point beats. */
  private static List<List<Integer>> peeled(List<double[]> points) {
    List<List<Integer>> fronts = new ArrayList<>();
    List<Integer> remaining = new ArrayList<>();
    for (int i = 0; i < points.size(); i++) {
      remaining.add(i);
    }
    while (!remaining.isEmpty()) {
      List<Integer> front = new ArrayList<>();
      for (int i : remaining) {
        boolean beaten = false;
        for (int j : remaining) {
          double[] p = points.get(i);
          double[] q = points.get(j);
          beaten |= q[0] <= p[0] && q[1] <= p[1] && q[2] <= p[2] && !Arrays.equals(p, q);
        }
        if (!beaten) {
          front.add(i);
        }
      }
      fronts.add(front);
      remaining.removeAll(front);
    }
    return fronts;
  }

  @RepeatedTest(10)
  void frontsAgreeWithPeeling(RepetitionInfo repetition) {
    Random random = new Random(repetition.getCurrentRepetition());
    List<double[]> points = points(random, 60, 2 + random.nextInt(12));
    assertThat(Ranking.fronts(points)).isEqualTo(peeled(points));
  }

  @RepeatedTest(10)
  void frontsAgreeWithJenetics(RepetitionInfo repetition) {
    Random random = new Random(100 + repetition.getCurrentRepetition());
    List<double[]> points = points(random, 60, 8);
    // Jenetics takes greater for better.
    int[] ranks =
        Pareto.rank(points.stream().map(p -> Vec.of(-p[0], -p[1], -p[2])).collect(ISeq.toISeq()));
    List<List<Integer>> fronts = Ranking.fronts(points);
    for (int i = 0; i < ranks.length; i++) {
      assertThat(fronts.get(ranks[i])).contains(i);
    }
  }

  @Test
  void crowdingIsTheNormalisedGapBetweenNeighbours() {
    List<double[]> line =
        List.of(
            new double[] {0, 10}, new double[] {4, 0}, new double[] {1, 8}, new double[] {3, 5});
    // Sorted along the line: 0, 1, 3, 4 against 10, 8, 5, 0.
    double[] crowding = Ranking.crowding(line);
    assertThat(crowding[0]).isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(crowding[1]).isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(crowding[2]).isCloseTo(3 / 4.0 + 5 / 10.0, within(1e-12));
    assertThat(crowding[3]).isCloseTo(3 / 4.0 + 8 / 10.0, within(1e-12));
  }

  @Test
  void crowdingIgnoresAnAxisWithoutExtent() {
    double[] crowding =
        Ranking.crowding(List.of(new double[] {0, 7}, new double[] {1, 7}, new double[] {4, 7}));
    assertThat(crowding).containsExactly(Double.POSITIVE_INFINITY, 1, Double.POSITIVE_INFINITY);
    assertThat(Ranking.crowding(List.of(new double[] {1, 2}, new double[] {1, 2})))
        .containsOnly(Double.POSITIVE_INFINITY);
  }

  @Test
  void failedEvaluationsComeLast() {
    Evaluation good = Toys.scored(Toys.plan(0), 0.01, 0.5, 50);
    Evaluation bad = Toys.scored(Toys.plan(1), 0.9, 5, 5000);
    Evaluation failed = Evaluation.failed(Toys.plan(2), "", "crashed");
    List<Standing> standings =
        Ranking.of(List.of(failed, bad, good), Dominance.exact(Objective.USUAL));
    assertThat(standings).extracting(Standing::front).containsExactly(2, 1, 0);
    assertThat(standings.get(2)).isGreaterThan(standings.get(1));
    assertThat(standings.get(1)).isGreaterThan(standings.get(0));
    assertThat(new Standing(1, 3)).isGreaterThan(new Standing(1, 2));
  }

  @Test
  void whatIsBeyondTheLimitComesAfterEverythingWithin() {
    List<Evaluation> evaluations =
        List.of(
            Toys.scored(Toys.plan(0), 0.9, 0.1, 1),
            Toys.scored(Toys.plan(1), 0.3, 0.5, 9),
            Evaluation.failed(Toys.plan(2), "", "crashed"),
            Toys.scored(Toys.plan(3), 0.6, 0.1, 1),
            Toys.scored(Toys.plan(4), 0.2, 0.4, 8),
            Toys.scored(Toys.plan(5), 0.1, 0.5, 9),
            Toys.scored(Toys.plan(6), 0.9, 0.5, 1));
    List<Standing> standings =
        Ranking.constrained(evaluations, Dominance.exact(Objective.USUAL), 0.5);
    // Within: plans 4 and 5, then 1, which both beat; beyond: by their drops; the failed one last.
    assertThat(standings).extracting(Standing::front).containsExactly(3, 1, 4, 2, 0, 0, 3);
  }
}
