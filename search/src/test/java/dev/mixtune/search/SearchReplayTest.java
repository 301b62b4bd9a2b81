package dev.mixtune.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.engine.Plan;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The same seed gives the same search, however often it is stopped and whoever does the work. */
class SearchReplayTest {
  private final ChainProblem problem = new ChainProblem(20, 1);
  private final SearchSettings settings =
      SearchSettings.standard(42, problem.reference())
          .withPopulationSize(24)
          .withMaxEvaluations(400);

  private static SearchResult search(
      SearchSpace space, SearchSettings settings, Evaluator evaluator, Stop stop) {
    return new GeneticSearch(space, settings, List.of(), evaluator, stop, progress -> {}).run();
  }

  private SearchResult search(SearchSettings wanted, Evaluator evaluator) {
    return search(problem.space(), wanted, evaluator, () -> false);
  }

  private static List<Plan> plans(SearchResult result) {
    return result.evaluations().stream().map(Evaluation::plan).toList();
  }

  @Test
  void theSameSeedAsksTheSamePlans() {
    SearchResult once = search(settings, problem);
    SearchResult again = search(settings, new ChainProblem(20, 1));
    assertThat(again).usingRecursiveComparison().isEqualTo(once);
    SearchSettings otherSeed =
        new SearchSettings(
            43,
            settings.objectives(),
            settings.reference(),
            settings.populationSize(),
            settings.maxEvaluations(),
            settings.noProgressGenerations(),
            settings.minHypervolumeGain(),
            settings.knapsackLimits(),
            settings.greedyPlans());
    assertThat(plans(search(otherSeed, new ChainProblem(20, 1)))).isNotEqualTo(plans(once));
  }

  @Test
  void aSmallerLimitIsAPrefix() {
    List<Plan> whole = plans(search(settings, problem));
    List<Plan> part = plans(search(settings.withMaxEvaluations(301), new ChainProblem(20, 1)));
    assertThat(part).isEqualTo(whole.subList(0, 301));
  }

  @Test
  void theOrderOfWorkInsideABatchDoesNotMatter() {
    Evaluator backwardsInParallel =
        batch -> {
          List<Plan> reversed = new ArrayList<>(batch);
          Collections.reverse(reversed);
          List<Evaluation> evaluations =
              new ArrayList<>(reversed.parallelStream().map(problem::evaluation).toList());
          Collections.reverse(evaluations);
          return evaluations;
        };
    assertThat(search(settings, backwardsInParallel))
        .usingRecursiveComparison()
        .isEqualTo(search(settings, new ChainProblem(20, 1)));
  }

  @Test
  void aStopInTheMiddleOfABatchResumesToTheSameResult() {
    SearchResult whole = search(settings, problem);
    Map<Plan, Evaluation> memory = new HashMap<>();
    AtomicInteger paid = new AtomicInteger();
    int[] stretches = {100, 57, 1000};
    SearchResult result = null;
    for (int stretch : stretches) {
      AtomicInteger left = new AtomicInteger(stretch);
      Evaluator remembering =
          batch -> {
            List<Evaluation> done = new ArrayList<>();
            for (Plan plan : batch) {
              if (!memory.containsKey(plan)) {
                if (left.get() == 0) {
                  return done;
                }
                left.decrementAndGet();
                paid.incrementAndGet();
                memory.put(plan, problem.evaluation(plan));
              }
              done.add(memory.get(plan));
            }
            return done;
          };
      result = search(problem.space(), settings, remembering, () -> left.get() == 0);
      assertThat(result.ending())
          .isEqualTo(stretch == 1000 ? Ending.MAX_EVALUATIONS : Ending.BUDGET);
    }
    assertThat(paid.get()).isEqualTo(400);
    assertThat(result).usingRecursiveComparison().isEqualTo(whole);
  }

  @Test
  void aStopBeforeTheFirstBatchEndsWithNothing() {
    SearchResult result = search(problem.space(), settings, problem, () -> true);
    assertThat(problem.asked).isEmpty();
    assertThat(result.ending()).isEqualTo(Ending.BUDGET);
    assertThat(result.frontier()).isEmpty();
  }
}
