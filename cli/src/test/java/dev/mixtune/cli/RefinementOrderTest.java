package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.search.Evaluation;
import dev.mixtune.search.Menu;
import dev.mixtune.search.MenuEntry;
import dev.mixtune.search.Rounding;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class RefinementOrderTest {
  private static final double LIMIT = 0.01;

  /** With 900 of 1000 right in float: a drop of {@code lost} thousandths. */
  private static Evaluation dropping(int lost, Scheme... schemes) {
    return RefinementTallyTest.evaluation(
        new Plan(Arrays.asList(schemes)), Rounding.LIBRARY, 900 - lost);
  }

  @Test
  void plansExpectedAtTheLimitComeFirstAndThoseBeyondCountAsHalfAsFar() {
    Evaluation safe = dropping(1, Scheme.W8A8, Scheme.W4A8, Scheme.W4A8);
    Evaluation within = dropping(10, Scheme.W8A8, Scheme.W2A8, Scheme.W4A8);
    Evaluation beyond = dropping(20, Scheme.W4A8, Scheme.W2A8, Scheme.W4A8);
    Evaluation aggressive = dropping(60, Scheme.W2A8, Scheme.W2A8, Scheme.W4A8);

    assertThat(RefinementOrder.of(List.of(safe, within, beyond, aggressive), LIMIT, e -> true))
        .containsExactly(beyond, within, safe, aggressive);
  }

  @Test
  void plansThatMayNotBeChosenComeLast() {
    Evaluation near = dropping(11, Scheme.W4A8, Scheme.W2A8);
    Evaluation far = dropping(60, Scheme.W2A8, Scheme.W4A8);

    assertThat(RefinementOrder.of(List.of(near, far), LIMIT, e -> e != near))
        .containsExactly(far, near);
  }

  @Test
  void plansThatTheLibrarySuitsAreLeftOut() {
    assertThat(
            RefinementOrder.of(
                List.of(
                    dropping(10, Scheme.W2A8, Scheme.W2A8, Scheme.W2A8),
                    dropping(9, Scheme.W4A8, Scheme.W4A8_DYNAMIC),
                    dropping(1, Scheme.W8A8, Scheme.F32, Scheme.F16),
                    dropping(5, Scheme.W4_BLOCK, Scheme.F16)),
                LIMIT,
                e -> true))
        .isEmpty();
    Evaluation partlyFloat = dropping(10, Scheme.F16, Scheme.W2A8, Scheme.W2A8);
    assertThat(RefinementOrder.of(List.of(partlyFloat), LIMIT, e -> true))
        .containsExactly(partlyFloat);
  }

  @Test
  void failedPlansAreLeftOut() {
    Evaluation failed =
        Evaluation.failed(new Plan(List.of(Scheme.W2A8, Scheme.W8A8)), "k", "output is NaN");

    assertThat(RefinementOrder.of(List.of(failed), LIMIT, e -> true)).isEmpty();
  }

  @Test
  void onlyMenusWithNarrowIntegersCanHelp() {
    assertThat(RefinementOrder.canHelp(List.of(menu(Scheme.W8A8, Scheme.F16)))).isFalse();
    assertThat(RefinementOrder.canHelp(List.of(menu(Scheme.W4_BLOCK, Scheme.F32)))).isFalse();
    assertThat(
            RefinementOrder.canHelp(
                List.of(menu(Scheme.W8A8, Scheme.F16), menu(Scheme.W4A8, Scheme.F16))))
        .isTrue();
  }

  private static Menu menu(Scheme... schemes) {
    return new Menu(
        "g",
        List.of(0),
        Arrays.stream(schemes).map(scheme -> new MenuEntry(scheme, 100, 0.1, 0)).toList());
  }
}
