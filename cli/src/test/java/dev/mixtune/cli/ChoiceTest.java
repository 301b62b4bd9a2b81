package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.engine.Basis;
import dev.mixtune.engine.Latency;
import dev.mixtune.engine.PairedScore;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.search.Evaluation;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChoiceTest {
  private static final Evaluation FAST =
      evaluation(Plan.uniform(2, Scheme.W8A8), 0.001, 0.500, 1000);
  private static final Evaluation SMALL =
      evaluation(Plan.uniform(2, Scheme.W4A8), 0.004, 0.503, 600);
  private static final Evaluation SMALLEST_BUT_SLOW =
      evaluation(Plan.uniform(2, Scheme.W2A8), 0.030, 0.700, 300);
  private static final Evaluation SAFE = evaluation(Plan.uniform(2, Scheme.F16), 0.0, 1.000, 2000);

  private static Evaluation evaluation(Plan plan, double drop, double ratio, long bytes) {
    PairedScore score =
        new PairedScore(1000, 0.9, 0.9 - drop, drop - 0.002, drop + 0.002, 900, 5, 5);
    Latency latency = new Latency(ratio, ratio, 0.01, Basis.MEASURED);
    return new Evaluation(plan, score, latency, bytes, 8, "k" + ratio, null);
  }

  private static List<Evaluation> preferred(boolean size, Evaluation... evaluations) {
    Choice choice = new Choice(List.of(evaluations), size);
    return List.of(evaluations).stream()
        .sorted((a, b) -> choice.preference().compare(a.plan().id(), b.plan().id()))
        .toList();
  }

  @Test
  void withinTheTimingErrorTheSmallestIsPreferred() {
    assertThat(preferred(false, SAFE, FAST, SMALLEST_BUT_SLOW, SMALL))
        .containsExactly(SMALL, FAST, SMALLEST_BUT_SLOW, SAFE);
  }

  @Test
  void sizeCanComeFirst() {
    assertThat(preferred(true, SAFE, FAST, SMALLEST_BUT_SLOW, SMALL))
        .containsExactly(SMALLEST_BUT_SLOW, SMALL, FAST, SAFE);
  }

  @Test
  void plansAreTestedFromTheSafestOn() {
    assertThat(new Choice(List.of(SMALLEST_BUT_SLOW, SMALL, SAFE, FAST), false).safestFirst())
        .containsExactly(SAFE, FAST, SMALL, SMALLEST_BUT_SLOW);
  }

  @Test
  void aSlowerPlanIsTestedOnlyWhereSizeIsWhatIsWanted() {
    List<Evaluation> all = List.of(SMALLEST_BUT_SLOW, SMALL, SAFE, FAST);

    assertThat(new Choice(all, false).worthTesting()).containsExactly(SAFE, FAST, SMALL);
    assertThat(new Choice(all, true).worthTesting())
        .containsExactly(SAFE, FAST, SMALL, SMALLEST_BUT_SLOW);
  }

  @Test
  void aPlanThatIsLittleSmallerThanASaferOneIsNotTested() {
    Evaluation little = evaluation(Plan.uniform(3, Scheme.W4A8), 0.005, 0.503, 571);
    Evaluation enough = evaluation(Plan.uniform(3, Scheme.W2A8), 0.006, 0.503, 570);

    for (boolean size : new boolean[] {false, true}) {
      assertThat(new Choice(List.of(SMALL, little, FAST, enough), size).worthTesting())
          .containsExactly(FAST, SMALL, enough);
    }
  }

  @Test
  void theWidestUniformPlanIsTestedFirstWhateverItsDrop() {
    Evaluation safer = evaluation(Plan.uniform(3, Scheme.W8A8), -0.003, 0.9, 1500);

    assertThat(TestOrder.of(List.of(FAST, safer, SAFE), List.of(SAFE), SAFE.plan(), false))
        .containsExactly(SAFE, safer, FAST);
    assertThat(TestOrder.of(List.of(FAST, safer), List.of(SAFE), SAFE.plan(), false))
        .containsExactly(SAFE, safer, FAST);
  }
}
