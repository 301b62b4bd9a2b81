package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.engine.Basis;
import dev.mixtune.engine.Latency;
import dev.mixtune.engine.PairedScore;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.search.Dominance;
import dev.mixtune.search.Ending;
import dev.mixtune.search.Evaluation;
import dev.mixtune.search.Objective;
import dev.mixtune.search.SearchResult;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class UniformRivalsTest {
  private static final int SAMPLES = 10_000;
  private static final Plan UNIFORM = Plan.uniform(2, Scheme.W8A8);
  private static final Plan MIX = new Plan(List.of(Scheme.W4A8, Scheme.F32));

  private static PairedScore score(int right) {
    int lost = 9000 - right + 5;
    return new PairedScore(
        SAMPLES,
        0.9,
        right / (double) SAMPLES,
        -0.001,
        (9000 - right) / 1e4 + 0.001,
        right,
        lost,
        5);
  }

  private static Evaluation evaluation(Plan plan, int right, double ratio, long bytes) {
    Latency latency = new Latency(ratio, ratio, 0.01, Basis.MEASURED);
    return new Evaluation(plan, score(right), latency, bytes, 8, "k" + plan.key(), null);
  }

  private static Finding settled(
      Evaluation uniform, Evaluation mix, Map<String, PairedScore> holdout) {
    SearchResult search =
        new SearchResult(
            List.of(uniform, mix),
            List.of(mix),
            Dominance.exact(Set.of(Objective.ACCURACY, Objective.LATENCY)),
            new TreeMap<>(Map.of(8, UNIFORM)),
            List.of(),
            Ending.BUDGET);
    return UniformRivals.settle(new Finding(search, null, mix, holdout, ExitCodes.DONE, "Chosen."));
  }

  @Test
  void aUniformPlanThatIsBetterInAllIsTaken() {
    Evaluation uniform = evaluation(UNIFORM, 8990, 0.50, 100);
    Evaluation mix = evaluation(MIX, 8990, 0.55, 100);

    Finding finding = settled(uniform, mix, Map.of());

    assertThat(finding.chosen()).isEqualTo(uniform);
    assertThat(finding.message()).contains("uniform plan " + uniform.id());
  }

  @Test
  void theHoldoutIsWhatCountsWhereBothWereScoredOnIt() {
    Evaluation uniform = evaluation(UNIFORM, 8980, 0.50, 100);
    Evaluation mix = evaluation(MIX, 8990, 0.55, 100);

    assertThat(settled(uniform, mix, Map.of()).chosen()).isEqualTo(mix);
    assertThat(
            settled(uniform, mix, Map.of(uniform.id(), score(8991), mix.id(), score(8990)))
                .chosen())
        .isEqualTo(uniform);
  }

  @Test
  void differencesWithinTheTimingErrorAreNone() {
    Evaluation uniform = evaluation(UNIFORM, 8990, 0.541, 100);
    Evaluation mix = evaluation(MIX, 8990, 0.55, 100);

    assertThat(settled(uniform, mix, Map.of()).chosen()).isEqualTo(mix);
  }

  @Test
  void aLargerOrLessAccurateUniformPlanBeatsNobody() {
    Evaluation mix = evaluation(MIX, 8990, 0.55, 100);

    assertThat(settled(evaluation(UNIFORM, 8990, 0.4, 101), mix, Map.of()).chosen()).isEqualTo(mix);
    assertThat(settled(evaluation(UNIFORM, 8989, 0.4, 100), mix, Map.of()).chosen()).isEqualTo(mix);
  }
}
