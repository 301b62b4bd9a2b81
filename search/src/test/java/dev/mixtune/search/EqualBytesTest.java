package dev.mixtune.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Plans within one limit on bytes: by knapsack, by coefficients in context, by local search. */
class EqualBytesTest {
  private static final int LAYERS = 7;

  private final ChainProblem chain = new ChainProblem(LAYERS, 4);
  private final SearchSpace space = chain.space();

  private List<Evaluation> everything() {
    return space.enumerate().stream().map(chain::evaluation).toList();
  }

  private long middle() {
    return (LeastDamage.bytes(space, space.plan(new int[space.menus().size()]))
            + everything().stream()
                .mapToLong(e -> LeastDamage.bytes(space, e.plan()))
                .min()
                .orElseThrow())
        / 2;
  }

  @Test
  void theKnapsackIsTheBestOfAllPlansByTheSum() {
    long limit = middle();
    double least =
        space.enumerate().stream()
            .filter(plan -> LeastDamage.bytes(space, plan) <= limit)
            .mapToDouble(plan -> LeastDamage.sum(space, plan))
            .min()
            .orElseThrow();
    Plan found = LeastDamage.within(space, limit).orElseThrow();
    assertThat(LeastDamage.bytes(space, found)).isLessThanOrEqualTo(limit);
    assertThat(LeastDamage.sum(space, found)).isCloseTo(least, within(1e-9));
    assertThat(LeastDamage.within(space, 0)).isEmpty();
  }

  @Test
  void thePathTakesEveryEntryOfEveryMenu() {
    List<Plan> path = InContext.path(space);
    int steps = space.menus().stream().mapToInt(menu -> menu.entries().size() - 1).sum();
    assertThat(path).hasSize(steps + 1).doesNotHaveDuplicates();
    for (int layer = 0; layer < LAYERS; layer++) {
      Set<Scheme> taken = new HashSet<>();
      for (Plan plan : path) {
        taken.add(plan.scheme(layer));
      }
      assertThat(taken).hasSize(space.menus().get(layer).entries().size());
    }
    for (int i = 1; i < path.size(); i++) {
      int at = i;
      long changed =
          IntStream.range(0, LAYERS)
              .filter(l -> path.get(at).scheme(l) != path.get(at - 1).scheme(l))
              .count();
      assertThat(changed).isEqualTo(1);
      assertThat(LeastDamage.bytes(space, path.get(i)))
          .isLessThan(LeastDamage.bytes(space, path.get(i - 1)));
    }
  }

  @Test
  void damagesInContextPredictBetterThanIsolatedOnesThatAreOff() {
    // The chain's menus are off by a factor per layer, and its damages saturate.
    List<Evaluation> path = InContext.path(space).stream().map(chain::evaluation).toList();
    InContext context = InContext.fitted(space, path).orElseThrow();
    double isolated = 0;
    double inContext = 0;
    for (Evaluation evaluation : everything()) {
      double truth = Objective.ACCURACY.of(evaluation);
      double sum = LeastDamage.sum(space, evaluation.plan());
      // The isolated damages get the true link for nothing.
      isolated += Math.abs(0.5 * (1 - Math.exp(-sum / 60)) - truth);
      inContext += Math.abs(context.predict(evaluation.plan()) - truth);
    }
    assertThat(inContext).isLessThan(0.75 * isolated);
    long limit = middle();
    double byIsolated = drop(LeastDamage.within(space, limit).orElseThrow());
    double byContext = drop(LeastDamage.within(context.space(), limit).orElseThrow());
    assertThat(byContext).isLessThanOrEqualTo(byIsolated);
    assertThat(InContext.fitted(space, path.subList(0, 3))).isEmpty();
  }

  private double drop(Plan plan) {
    return Objective.ACCURACY.of(chain.evaluation(plan));
  }

  @Test
  void theLocalSearchFindsTheBestPlanOfAll() {
    long limit = middle();
    double best =
        everything().stream()
            .filter(e -> LeastDamage.bytes(space, e.plan()) <= limit)
            .mapToDouble(Objective.ACCURACY::of)
            .min()
            .orElseThrow();
    List<Evaluation> found = new LocalSearch(space, limit, chain, 1).run(List.of(), 1200);
    assertThat(Objective.ACCURACY.of(found.get(0))).isCloseTo(best, within(1e-12));
    assertThat(chain.asked).doesNotHaveDuplicates().hasSizeLessThanOrEqualTo(1200);
    assertThat(found).allMatch(e -> LeastDamage.bytes(space, e.plan()) <= limit);
  }

  @Test
  void theLocalSearchStaysWithinItsEvaluationsAndRepeatsItself() {
    Plan start = LeastDamage.within(space, middle()).orElseThrow();
    List<Evaluation> once = new LocalSearch(space, middle(), chain, 3).run(List.of(start), 50);
    assertThat(chain.asked).hasSize(50).startsWith(start);
    assertThat(new LocalSearch(space, middle(), chain, 3).run(List.of(start), 50)).isEqualTo(once);
    assertThat(new LocalSearch(space, 0, chain, 3).run(List.of(start), 50)).isEmpty();
  }
}
