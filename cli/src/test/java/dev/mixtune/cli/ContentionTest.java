package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mixtune.engine.Basis;
import dev.mixtune.engine.Latency;
import dev.mixtune.engine.PairedScore;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.search.Evaluation;
import dev.mixtune.search.Objective;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ContentionTest {
  private static final Set<Objective> ALL = Set.of(Objective.values());

  private static Evaluation evaluation(
      Scheme scheme, int right, double ratio, Basis basis, long bytes) {
    PairedScore score =
        new PairedScore(1000, 0.9, right / 1000.0, -0.01, 0.01, right, 900 - right + 5, 5);
    double error = basis == Basis.MODELLED ? 0.1 : 0.01;
    return new Evaluation(
        Plan.uniform(2, scheme),
        score,
        new Latency(ratio, ratio, error, basis),
        bytes,
        8,
        "k" + scheme.id(),
        null);
  }

  private static boolean mayMatter(double predicted, int right, long bytes) {
    Evaluation known = evaluation(Scheme.W8A8, 890, 0.5, Basis.MEASURED, 100);
    return new Contention(ALL, List.of(known))
        .mayMatter(evaluation(Scheme.W4A8, right, predicted, Basis.MODELLED, bytes));
  }

  @Test
  void isTimedWhereItsPredictionCouldErrEnough() {
    // 0.55 could be 0.495, which would beat 0.5.
    assertThat(mayMatter(0.55, 889, 101)).isTrue();
    assertThat(mayMatter(0.57, 889, 101)).isFalse();
  }

  @Test
  void isTimedWhereItIsBetterInAnythingElse() {
    assertThat(mayMatter(2, 891, 101)).isTrue();
    assertThat(mayMatter(2, 889, 99)).isTrue();
    assertThat(mayMatter(2, 889, 100)).isFalse();
  }

  @Test
  void predictionsBeatNobody() {
    Evaluation predicted = evaluation(Scheme.W8A8, 890, 0.1, Basis.MODELLED, 10);
    Contention contention = new Contention(ALL, List.of(predicted));

    assertThat(contention.mayMatter(evaluation(Scheme.W4A8, 800, 0.9, Basis.MODELLED, 100)))
        .isTrue();
  }

  @Test
  void measuredTimesAreTakenAsTheyAre() {
    assertThat(Contention.leastRatio(new Latency(1, 0.5, 0.02, Basis.MEASURED))).isEqualTo(0.5);
    assertThat(Contention.leastRatio(new Latency(1, 0.5, 0.02, Basis.MODELLED)))
        .isEqualTo(0.49, within(1e-12));
  }

  @Test
  void theFastestIsTimedFirst() {
    Evaluation slow = evaluation(Scheme.W8A8, 890, 0.9, Basis.MODELLED, 1);
    Evaluation fast = evaluation(Scheme.W4A8, 890, 0.3, Basis.MODELLED, 1);

    assertThat(new Contention(ALL, List.of()).fastestFirst(List.of(slow, fast)))
        .containsExactly(fast, slow);
  }
}
