package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mixtune.engine.Basis;
import dev.mixtune.engine.Latency;
import dev.mixtune.engine.PairedScore;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.search.Evaluation;
import dev.mixtune.search.Rounding;
import java.util.List;
import org.junit.jupiter.api.Test;

class RefinementTallyTest {
  private static final Plan FIRST = new Plan(List.of(Scheme.W8A8, Scheme.W2A8));
  private static final Plan SECOND = new Plan(List.of(Scheme.W2A8, Scheme.W8A8));
  private static final Plan THIRD = new Plan(List.of(Scheme.W4A8, Scheme.W2A8));

  static Evaluation evaluation(Plan plan, Rounding rounding, int right) {
    return new Evaluation(
        plan,
        rounding,
        new PairedScore(1000, 0.9, right / 1000.0, 0, 0.1, right, 10, 10),
        new Latency(1, 0.5, 0.01, Basis.MODELLED),
        1000,
        3,
        "k",
        null);
  }

  private static Evaluation failed(Plan plan) {
    return new Evaluation(plan, Rounding.CONTEXT, null, null, 0, 0, "k", "output is NaN");
  }

  @Test
  void gainsAreThoseOfPlansThatWereScoredBothWays() {
    RefinementTally tally =
        RefinementTally.of(
            List.of(
                evaluation(FIRST, Rounding.LIBRARY, 880),
                evaluation(SECOND, Rounding.LIBRARY, 870),
                evaluation(THIRD, Rounding.LIBRARY, 860),
                evaluation(FIRST, Rounding.CONTEXT, 886),
                failed(SECOND),
                evaluation(THIRD, Rounding.CONTEXT, 858)));

    assertThat(tally.gains()).hasSize(2);
    assertThat(tally.gains().get(0)).isCloseTo(0.006, within(1e-12));
    assertThat(tally.gains().get(1)).isCloseTo(-0.002, within(1e-12));
    assertThat(tally.improved()).isEqualTo(1);
    assertThat(tally.median()).isCloseTo(0.002, within(1e-12));
    assertThat(tally.sentence().orElseThrow())
        .contains("2 plans of the frontier were rounded again", "1 improved", "0.20 points");
  }

  @Test
  void nothingIsSaidWhereNothingWasRoundedAgain() {
    RefinementTally tally =
        RefinementTally.of(List.of(evaluation(FIRST, Rounding.LIBRARY, 880), failed(FIRST)));

    assertThat(tally.gains()).isEmpty();
    assertThat(tally.sentence()).isEmpty();
    assertThat(tally.isHopeless()).isFalse();
  }

  @Test
  void theMedianOfAnOddNumberIsTheMiddleOne() {
    assertThat(new RefinementTally(List.of(0.03, -0.01, 0.002)).median()).isEqualTo(0.002);
  }

  @Test
  void fiveGainsThatAddUpToNothingAreHopeless() {
    assertThat(new RefinementTally(List.of(0.01, -0.02, 0.001, 0.0, 0.0)).isHopeless()).isTrue();
    assertThat(new RefinementTally(List.of(0.0, 0.0, 0.0, 0.0, 0.0)).isHopeless()).isTrue();
    assertThat(new RefinementTally(List.of(0.02, -0.01, -0.001, 0.0, 0.0)).isHopeless()).isFalse();
    assertThat(new RefinementTally(List.of(-0.01, -0.01, -0.01, -0.01)).isHopeless()).isFalse();
  }
}
