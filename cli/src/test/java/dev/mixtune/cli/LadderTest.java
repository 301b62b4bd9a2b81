package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mixtune.engine.Basis;
import dev.mixtune.engine.Latency;
import dev.mixtune.engine.PairedScore;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.evaluators.Climbed;
import dev.mixtune.search.Climb;
import dev.mixtune.search.Dominance;
import dev.mixtune.search.Evaluation;
import dev.mixtune.search.Frontier;
import dev.mixtune.search.Objective;
import dev.mixtune.search.Rounding;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LadderTest {
  private static final int SAMPLES = 1000;
  private static final Set<Objective> ALL = Objective.USUAL;
  private static final List<Scheme> SCHEMES =
      List.of(Scheme.W8A8, Scheme.W4A8, Scheme.W2A8, Scheme.F16);

  private static Evaluation evaluation(
      int number, int lost, double ratio, long bytes, @Nullable Climb climb) {
    List<Scheme> schemes = new ArrayList<>();
    for (int digit = 0, rest = number; digit < 6; digit++, rest /= 4) {
      schemes.add(SCHEMES.get(rest % 4));
    }
    PairedScore score =
        new PairedScore(SAMPLES, 0.9, 0.9 - lost / 1000.0, 0, 1, 900 - lost, lost, 0);
    return new Evaluation(
        new Plan(schemes),
        Rounding.LIBRARY,
        score,
        new Latency(ratio, ratio, 0, Basis.MODELLED),
        bytes,
        4,
        "k" + ratio,
        null,
        climb);
  }

  private static Ladder ladder(Set<Objective> objectives) {
    return new Ladder(
        List.of(
            evaluation(0, 3, 0.8, 900, null),
            evaluation(1, 10, 0.5, 600, null),
            evaluation(2, 40, 0.4, 300, null)),
        objectives,
        SAMPLES);
  }

  @Test
  void onlyPlansThatAreAsSmallAndAsFastCount() {
    Ladder ladder = ladder(ALL);

    assertThat(ladder.mostNetLost(0.5, 600, null)).isEqualTo(10);
    assertThat(ladder.mostNetLost(0.9, 1000, null)).isEqualTo(3);
    assertThat(ladder.mostNetLost(0.5, 599, null)).isEqualTo(40);
    assertThat(ladder.mostNetLost(0.39, 5000, null)).isEqualTo(Integer.MAX_VALUE);
    assertThat(ladder.mostNetLost(5, 299, null)).isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void whatIsNoObjectiveDoesNotCount() {
    assertThat(ladder(EnumSet.of(Objective.ACCURACY, Objective.SIZE)).mostNetLost(0.1, 950, null))
        .isEqualTo(3);
    assertThat(ladder(EnumSet.of(Objective.ACCURACY, Objective.LATENCY)).mostNetLost(0.45, 1, null))
        .isEqualTo(40);
    assertThat(ladder(EnumSet.of(Objective.SIZE)).mostNetLost(9, 9999, null))
        .isEqualTo(Integer.MAX_VALUE);
  }

  /** Whoever loses more than allowed is off the frontier, with all plans and with latency ties. */
  @Test
  void nobodyOfTheFrontierIsDiscarded() {
    Random random = new Random(3);
    int discarded = 0;
    for (int trial = 0; trial < 200; trial++) {
      List<Evaluation> known = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        known.add(
            evaluation(
                i,
                random.nextInt(60),
                0.3 + random.nextInt(5) / 10.0,
                100L * (1 + random.nextInt(6)),
                null));
      }
      Evaluation candidate =
          evaluation(
              99,
              random.nextInt(60),
              0.3 + random.nextInt(5) / 10.0,
              100L * (1 + random.nextInt(6)),
              null);
      int most =
          new Ladder(known, ALL, SAMPLES)
              .mostNetLost(candidate.latency().ratio(), candidate.sizeBytes(), null);
      List<Evaluation> all = new ArrayList<>(known);
      all.add(candidate);
      if (candidate.score().counts().orElseThrow().lost() > most) {
        discarded++;
        assertThat(Frontier.of(all, Dominance.exact(ALL))).doesNotContain(candidate);
        assertThat(Frontier.of(all, Dominance.tied(ALL, 0.5, 0.05))).doesNotContain(candidate);
      }
    }
    assertThat(discarded).isGreaterThan(50);
  }

  @Test
  void theEstimateIsScaledByWhatOthersHadShownAtTheRung() {
    Climb shown = new Climb(List.of(new Climb.Rung(100, 10, 0), new Climb.Rung(200, 15, 0)), null);
    Ladder ladder = new Ladder(List.of(evaluation(1, 20, 0.5, 600, shown)), ALL, SAMPLES);

    Climb climb =
        ladder.climb(
            new Climbed(null, List.of(new Climbed.Rung(100, 30, 4)), /* netLostAtLeast= */ 26));

    // Half of the losses show among the first hundred: 30 / 0.5 - 4.
    assertThat(climb.discard().dropEstimate()).isCloseTo(0.056, within(1e-12));
    assertThat(climb.discard().dropAtLeast()).isCloseTo(0.026, within(1e-12));
    assertThat(climb.samplesOfLastRung()).isEqualTo(100);
  }

  @Test
  void withoutExperienceTheEstimateIsWhatWasSeen() {
    Climb climb = ladder(ALL).climb(new Climbed(null, List.of(new Climbed.Rung(100, 30, 4)), 20));

    assertThat(climb.discard().dropEstimate()).isCloseTo(0.026, within(1e-12));
  }
}
