package dev.mixtune.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class FrontierTest {
  private static final Set<Objective> ALL = Objective.USUAL;

  @RepeatedTest(20)
  void agreesWithTheDefinition(RepetitionInfo repetition) {
    Random random = new Random(repetition.getCurrentRepetition());
    List<Evaluation> evaluations = Toys.random(random, 120, 3 + random.nextInt(30));
    Dominance dominance =
        random.nextBoolean() ? Dominance.exact(ALL) : Dominance.tied(ALL, 0.1, 0.05);
    List<Evaluation> frontier = Frontier.of(evaluations, dominance);
    for (Evaluation evaluation : evaluations) {
      boolean beaten = evaluations.stream().anyMatch(o -> dominance.dominates(o, evaluation));
      List<Evaluation> ties =
          evaluations.stream()
              .filter(
                  o -> Arrays.equals(dominance.coordinates(o), dominance.coordinates(evaluation)))
              .toList();
      long standing = ties.stream().filter(frontier::contains).count();
      assertThat(standing).as("members among ties").isEqualTo(beaten ? 0 : 1);
    }
  }

  @RepeatedTest(5)
  void theOrderOfArrivalDoesNotMatter(RepetitionInfo repetition) {
    Random random = new Random(repetition.getCurrentRepetition());
    List<Evaluation> evaluations = Toys.random(random, 80, 9);
    Dominance dominance = Dominance.tied(ALL, 0.05, 0.1);
    List<Evaluation> shuffled = new ArrayList<>(evaluations);
    Collections.shuffle(shuffled, random);
    assertThat(Frontier.of(shuffled, dominance)).isEqualTo(Frontier.of(evaluations, dominance));
  }

  @Test
  void theFastestStandsForItsTies() {
    Dominance dominance = Dominance.tied(ALL, 0.5, 0.05);
    Evaluation slow = Toys.scored(Toys.plan(0), 0.01, 0.505, 50);
    Evaluation fast = Toys.scored(Toys.plan(1), 0.01, 0.495, 50);
    assertThat(Frontier.of(List.of(slow, fast), dominance)).containsExactly(fast);
    assertThat(Frontier.of(List.of(fast, slow), dominance)).containsExactly(fast);
  }

  @Test
  void failedEvaluationsStayOut() {
    Evaluation failed = Evaluation.failed(Toys.plan(0), "", "crashed");
    assertThat(Frontier.of(List.of(failed), Dominance.exact(ALL))).isEmpty();
  }

  @Test
  void runsFromTheSafestToTheMostAggressive() {
    Evaluation risky = Toys.scored(Toys.plan(0), 0.03, 0.2, 10);
    Evaluation middle = Toys.scored(Toys.plan(1), 0.02, 0.3, 20);
    Evaluation safe = Toys.scored(Toys.plan(2), 0.01, 0.4, 30);
    assertThat(Frontier.of(List.of(middle, risky, safe), Dominance.exact(ALL)))
        .containsExactly(safe, middle, risky);
  }
}
