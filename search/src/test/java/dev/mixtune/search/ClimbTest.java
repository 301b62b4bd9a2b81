package dev.mixtune.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mixtune.engine.Basis;
import dev.mixtune.engine.Latency;
import dev.mixtune.engine.PairedScore;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ClimbTest {
  private static final Climb WHOLE = new Climb(List.of(new Climb.Rung(64, 3, 1)), null);
  private static final Climb ENDED = new Climb(WHOLE.rungs(), new Climb.Discard(0.02, 0.03));
  private static final PairedScore SCORE = new PairedScore(1000, 0.9, 0.89, 0, 0.02, 890, 12, 2);
  private static final Latency LATENCY = new Latency(1, 0.5, 0, Basis.MODELLED);

  private static Evaluation evaluation(
      @Nullable PairedScore score,
      @Nullable Latency latency,
      @Nullable String failure,
      @Nullable Climb climb) {
    return new Evaluation(
        Plan.uniform(2, Scheme.W4A8), Rounding.LIBRARY, score, latency, 10, 4, "k", failure, climb);
  }

  @Test
  void anEvaluationEndsInOneWay() {
    assertThat(evaluation(SCORE, LATENCY, null, WHOLE).isFailed()).isFalse();
    assertThat(evaluation(null, LATENCY, null, ENDED).isDiscarded()).isTrue();
    assertThat(evaluation(null, null, "broken", null).isDiscarded()).isFalse();
    assertThatThrownBy(() -> evaluation(SCORE, LATENCY, null, ENDED))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> evaluation(null, LATENCY, null, WHOLE))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> evaluation(null, LATENCY, "broken", ENDED))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Climb(List.of(), new Climb.Discard(0.1, 0.1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theDropIsKnownOrEstimatedOrNeither() {
    assertThat(evaluation(SCORE, LATENCY, null, WHOLE).knownDrop().orElseThrow())
        .isEqualTo(SCORE.drop());
    assertThat(evaluation(null, LATENCY, null, ENDED).knownDrop()).hasValue(0.03);
    assertThat(evaluation(null, null, "broken", null).knownDrop()).isEmpty();
  }

  @Test
  void whatWasDiscardedIsNotOnTheFrontier() {
    Dominance dominance = Dominance.exact(Objective.USUAL);

    assertThat(Frontier.of(List.of(evaluation(null, LATENCY, null, ENDED)), dominance)).isEmpty();
  }
}
