package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.engine.Basis;
import dev.mixtune.engine.Latency;
import dev.mixtune.engine.PairedScore;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.results.Economy;
import dev.mixtune.search.Climb;
import dev.mixtune.search.Dominance;
import dev.mixtune.search.Ending;
import dev.mixtune.search.Evaluation;
import dev.mixtune.search.Frontier;
import dev.mixtune.search.Objective;
import dev.mixtune.search.ReferencePoint;
import dev.mixtune.search.Rounding;
import dev.mixtune.search.SearchResult;
import java.util.EnumSet;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SearchEconomyTest {
  private static final ReferencePoint CORNER = new ReferencePoint(0.1, 1, 1000);
  private static final Latency LATENCY = new Latency(1, 0.5, 0, Basis.MODELLED);

  private static Evaluation whole(Scheme scheme, int lost, long bytes) {
    return new Evaluation(
        Plan.uniform(2, scheme),
        new PairedScore(1000, 0.9, 0.9 - lost / 1000.0, 0, 0.1, 900 - lost, lost, 0),
        LATENCY,
        bytes,
        4,
        "k",
        null);
  }

  private static Evaluation discarded(Scheme scheme) {
    return new Evaluation(
        Plan.uniform(2, scheme),
        Rounding.LIBRARY,
        null,
        LATENCY,
        900,
        4,
        "k",
        null,
        new Climb(List.of(new Climb.Rung(128, 30, 0)), new Climb.Discard(0.03, 0.05)));
  }

  private static SearchResult result(Evaluation... evaluations) {
    Dominance dominance = Dominance.exact(EnumSet.of(Objective.ACCURACY, Objective.SIZE));
    return new SearchResult(
        List.of(evaluations),
        Frontier.of(List.of(evaluations), dominance),
        dominance,
        new TreeMap<>(),
        List.of(),
        Ending.MAX_EVALUATIONS);
  }

  @Test
  void samplesAreCountedAsFarAsEachCandidateClimbed() {
    // The box is (drop 0.1, 1000 bytes): the first plan has 0.8 x 0.5 of it, the last adds 0.001.
    Economy economy =
        SearchEconomy.of(
            result(
                whole(Scheme.W8A8, 20, 500),
                discarded(Scheme.W4A8),
                Evaluation.failed(Plan.uniform(2, Scheme.F16), "k", "broken"),
                whole(Scheme.W2A8, 99, 400)),
            1000,
            CORNER,
            new SearchMeter(2));

    assertThat(economy).isEqualTo(new Economy(3, 1, 2128, 3000, 1000L, /* time= */ null));
    assertThat(SearchEconomy.sentence(economy))
        .contains("3 candidates answered 2,128", "takes 3,000 (70.9 %)", "after 1,000 (33.3 %)");
  }

  @Test
  void withoutVolumeThereIsNoMostOfIt() {
    Economy economy =
        SearchEconomy.of(result(whole(Scheme.W8A8, 200, 500)), 1000, CORNER, new SearchMeter(2));

    assertThat(economy.samplesToMostVolume()).isNull();
  }
}
