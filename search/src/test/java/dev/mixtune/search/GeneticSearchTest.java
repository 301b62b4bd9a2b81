package dev.mixtune.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mixtune.engine.Basis;
import dev.mixtune.engine.Latency;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GeneticSearchTest {
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

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void reachesTheExactFrontier(long seed) {
    ChainProblem chain = new ChainProblem(20, seed);
    SearchSettings wanted =
        SearchSettings.standard(seed, chain.reference())
            .withMaxEvaluations(2000)
            .withPatience(1000, 0);
    SearchResult result = search(chain.space(), wanted, chain, () -> false);
    double exact = chain.exactHypervolume();
    assertThat(result.hypervolume()).isBetween(0.98 * exact, exact * (1 + 1e-9));
  }

  @Test
  void theExactHypervolumeIsThatOfEveryPlan() {
    ChainProblem small = new ChainProblem(5, 3);
    SearchResult all =
        search(
            small.space(),
            SearchSettings.standard(1, small.reference()).withPatience(1000, 0),
            small,
            () -> false);
    assertThat(all.ending()).isEqualTo(Ending.EXHAUSTED);
    assertThat(new HashSet<>(plans(all))).containsAll(small.space().enumerate());
    assertThat(all.hypervolume()).isCloseTo(small.exactHypervolume(), within(1e-9));
  }

  @Test
  void asksForNoPlanTwiceAndStopsExactly() {
    for (int limit : new int[] {1, 3, 30, 233, 400}) {
      ChainProblem chain = new ChainProblem(20, 1);
      SearchResult result = search(settings.withMaxEvaluations(limit), chain);
      assertThat(chain.asked).hasSize(limit);
      assertThat(new HashSet<>(chain.asked)).hasSize(limit);
      assertThat(plans(result)).isEqualTo(chain.asked);
      assertThat(result.ending()).isEqualTo(Ending.MAX_EVALUATIONS);
    }
  }

  @Test
  void generationsGrowToThePopulation() {
    SearchResult result = search(settings, problem);
    List<Progress> history = result.history();
    assertThat(history.size()).isGreaterThan(5);
    for (int i = 1; i < history.size() - 1; i++) {
      int known = history.get(i - 1).evaluations();
      int paid = history.get(i).evaluations() - known;
      assertThat(paid).isEqualTo(known < 384 ? 16 : known < 576 ? known / 24 : 24);
      assertThat(history.get(i).generation()).isEqualTo(i);
    }
  }

  @Test
  void uniformPlansComeFirstAndNeverDominateTheResult() {
    SearchResult result = search(settings, problem);
    assertThat(plans(result).subList(0, 4))
        .containsExactly(
            Plan.uniform(20, Scheme.W8A8),
            Plan.uniform(20, Scheme.F16),
            Plan.uniform(20, Scheme.W4A8),
            Plan.uniform(20, Scheme.W2A8));
    assertThat(result.uniforms().keySet()).containsExactly(16, 8, 4, 2);
    Dominance exact = Dominance.exact(settings.objectives());
    for (Plan uniform : result.uniforms().values()) {
      Evaluation scored = problem.evaluation(uniform);
      assertThat(result.frontier()).noneMatch(member -> exact.dominates(scored, member));
    }
  }

  @Test
  void aWarmStartIsTriedBeforeTheSeeds() {
    Plan warm = Plan.uniform(20, Scheme.F16).with(7, Scheme.W2A8);
    Plan outside = Plan.uniform(20, Scheme.W8_BLOCK);
    new GeneticSearch(
            problem.space(), settings, List.of(outside, warm), problem, () -> false, p -> {})
        .run();
    assertThat(problem.asked.get(4)).isEqualTo(warm);
    assertThat(problem.asked).doesNotContain(outside);
  }

  @Test
  void failedPlansAreDataAndNeverOnTheFrontier() {
    Evaluator flaky =
        batch ->
            batch.stream()
                .map(
                    plan ->
                        Math.floorMod(plan.key().hashCode(), 3) == 0
                                || plan.equals(Plan.uniform(20, Scheme.W8A8))
                            ? Evaluation.failed(plan, "", "crashed")
                            : problem.evaluation(plan))
                .toList();
    SearchResult result = search(settings, flaky);
    assertThat(result.ending()).isEqualTo(Ending.MAX_EVALUATIONS);
    assertThat(result.evaluations()).hasSize(400).anyMatch(Evaluation::isFailed);
    assertThat(result.frontier()).isNotEmpty().noneMatch(Evaluation::isFailed);
  }

  @Test
  void survivesWhenEveryPlanFails() {
    Evaluator broken =
        batch -> batch.stream().map(plan -> Evaluation.failed(plan, "", "crashed")).toList();
    SearchResult result = search(settings.withPatience(3, 0), broken);
    assertThat(result.ending()).isEqualTo(Ending.NO_PROGRESS);
    // Patience of 3 times 24 plans, in generations of 16.
    assertThat(result.generations()).isEqualTo(5);
    assertThat(result.frontier()).isEmpty();
    assertThat(result.hypervolume()).isZero();
  }

  @Test
  void aSpaceOfOneLayerIsExhausted() {
    ChainProblem one = new ChainProblem(1, 5);
    SearchResult result =
        search(one.space(), SearchSettings.standard(1, one.reference()), one, () -> false);
    assertThat(result.ending()).isEqualTo(Ending.EXHAUSTED);
    assertThat(one.asked).hasSize(4).doesNotHaveDuplicates();
  }

  @Test
  void aSpaceOfOnePlanIsExhausted() {
    SearchSpace single = SearchSpace.of(1, List.of(Toys.menu(0, Toys.entry(Scheme.W8A8, 1, 0, 0))));
    SearchResult result =
        search(
            single,
            SearchSettings.standard(1, Toys.UNIT),
            batch -> batch.stream().map(plan -> Toys.scored(plan, 0, 0.5, 1)).toList(),
            () -> false);
    assertThat(result.ending()).isEqualTo(Ending.EXHAUSTED);
    assertThat(plans(result)).containsExactly(Plan.uniform(1, Scheme.W8A8));
  }

  @Test
  void aUniformPlanOfStruckEntriesIsStillEvaluated() {
    // Every 8-bit entry is struck out: 4 bits are smaller and, as measured, no worse.
    SearchSpace struck =
        SearchSpace.of(
            1,
            List.of(
                Toys.menu(
                    0, Toys.entry(Scheme.W8A8, 80, 1, 1), Toys.entry(Scheme.W4A8, 40, 1, 1))));
    SearchResult result =
        search(
            struck,
            SearchSettings.standard(1, new ReferencePoint(1, 1, 100)),
            batch ->
                batch.stream()
                    .map(
                        plan ->
                            plan.scheme(0) == Scheme.W8A8
                                ? Toys.scored(plan, 0.01, 0.5, 80)
                                : Toys.scored(plan, 0.02, 0.5, 40))
                    .toList(),
            () -> false);
    assertThat(result.ending()).isEqualTo(Ending.EXHAUSTED);
    assertThat(result.frontier()).hasSize(2);
  }

  @Test
  void endsWithoutProgress() {
    SearchResult result =
        search(settings.withMaxEvaluations(1_000_000).withPatience(4, 0.5), problem);
    assertThat(result.ending()).isEqualTo(Ending.NO_PROGRESS);
    // Patience of 4 times 24 plans, in generations of 16.
    assertThat(result.generations()).isEqualTo(6);
  }

  @Test
  void plansWithOneKernelSignatureShareTheFirstLatency() {
    AtomicInteger timings = new AtomicInteger();
    Evaluator noisy =
        batch ->
            batch.stream()
                .map(
                    plan -> {
                      Evaluation clean = problem.evaluation(plan);
                      double ratio = Objective.LATENCY.of(clean) + 1e-6 * timings.incrementAndGet();
                      return new Evaluation(
                          plan,
                          clean.score(),
                          new Latency(ratio, ratio, 0, Basis.MEASURED),
                          clean.sizeBytes(),
                          8,
                          clean.kernelSignature(),
                          null);
                    })
                .toList();
    SearchResult result = search(settings, noisy);
    Map<String, Latency> shared = new HashMap<>();
    for (Evaluation evaluation : result.evaluations()) {
      shared.putIfAbsent(evaluation.kernelSignature(), evaluation.latency());
      assertThat(evaluation.latency()).isEqualTo(shared.get(evaluation.kernelSignature()));
    }
    assertThat(shared.size()).isBetween(2, result.evaluations().size() - 1);
  }

  @Test
  void tellsItsProgress() {
    List<Progress> heard = new ArrayList<>();
    SearchResult result =
        new GeneticSearch(problem.space(), settings, List.of(), problem, () -> false, heard::add)
            .run();
    assertThat(heard.get(0)).extracting(Progress::generation).isEqualTo(0);
    assertThat(heard.get(0).evaluations()).isEqualTo(4);
    assertThat(heard.get(heard.size() - 1))
        .isEqualTo(result.history().get(result.history().size() - 1));
    int[] counts = heard.stream().mapToInt(Progress::evaluations).toArray();
    assertThat(counts).isSorted();
    assertThat(Arrays.stream(counts).max().orElseThrow()).isEqualTo(400);
  }

  @Test
  void refusesAnEvaluatorThatBreaksItsContract() {
    Evaluator short1 = batch -> List.of();
    assertThatThrownBy(() -> search(settings, short1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("only 0 of 4 plans");
    Evaluator reversed =
        batch -> {
          List<Evaluation> evaluations = new ArrayList<>(problem.evaluate(batch));
          Collections.reverse(evaluations);
          return evaluations;
        };
    assertThatThrownBy(() -> search(settings, reversed))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("asked for");
  }

  @Test
  void refusesSettingsOutOfRange() {
    assertThatThrownBy(() -> settings.withMaxEvaluations(0))
        .hasMessageContaining("maxEvaluations 0");
    assertThatThrownBy(() -> settings.withPopulationSize(1))
        .hasMessageContaining("populationSize 1");
    assertThatThrownBy(() -> settings.withPatience(1, Double.NaN)).hasMessageContaining("NaN");
    assertThatThrownBy(() -> settings.withObjectives(Set.of())).hasMessageContaining("objective");
    assertThatThrownBy(() -> new ReferencePoint(0, 1, 1)).hasMessageContaining("drop 0.0");
  }
}
