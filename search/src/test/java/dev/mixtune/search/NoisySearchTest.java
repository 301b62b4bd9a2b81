package dev.mixtune.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.engine.PairedScore;
import dev.mixtune.engine.Plan;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A search whose scores have an error that they state: it ends when nothing more would show. */
class NoisySearchTest {
  private static final int SAMPLES = 10_000;

  private final ChainProblem problem = new ChainProblem(20, 1);
  private final SearchSettings settings =
      SearchSettings.standard(42, problem.reference()).withPatience(1000, 0);

  /** A drop that is off by a normal error, and the counts that such an error belongs to. */
  private Evaluation noisy(Plan plan, double error) {
    Evaluation clean = problem.evaluation(plan);
    double off = error * new Random(plan.key().hashCode()).nextGaussian();
    double drop = Objective.ACCURACY.of(clean) + off;
    int changed = (int) Math.round(error * error * SAMPLES * SAMPLES);
    PairedScore score =
        new PairedScore(
            SAMPLES, 0.9, 0.9 - drop, drop, drop, 5000, changed / 2, changed - changed / 2);
    return new Evaluation(
        plan, score, clean.latency(), clean.sizeBytes(), 8, clean.kernelSignature(), null);
  }

  private SearchResult search(double error, int most, Evaluator evaluator, Stop stop) {
    return new GeneticSearch(
            problem.space(),
            settings.withMaxEvaluations(most),
            List.of(),
            evaluator,
            stop,
            progress -> {})
        .run();
  }

  private SearchResult search(double error, int most) {
    return search(
        error, most, plans -> plans.stream().map(plan -> noisy(plan, error)).toList(), () -> false);
  }

  @Test
  void endsWhenTheExpectedGainIsBelowTheNoise() {
    SearchResult found = search(0.004, 20_000);
    assertThat(found.ending()).isEqualTo(Ending.GAIN_BELOW_NOISE);
    SearchResult noisier = search(0.008, 20_000);
    assertThat(noisier.ending()).isEqualTo(Ending.GAIN_BELOW_NOISE);
    assertThat(noisier.evaluations()).hasSizeLessThan(found.evaluations().size());
    // What it leaves behind is little: the true frontier of what it found is nearly the exact one.
    List<Evaluation> truly =
        found.evaluations().stream().map(e -> problem.evaluation(e.plan())).toList();
    double volume = Hypervolume.of(truly, settings.objectives(), settings.reference());
    assertThat(volume).isGreaterThan(0.97 * problem.exactHypervolume());
  }

  @Test
  void doesNotEndSoWithoutNoise() {
    assertThat(search(0, 1500).ending()).isEqualTo(Ending.MAX_EVALUATIONS);
  }

  @Test
  void aSmallerLimitIsAPrefixAndStopsChangeNothing() {
    SearchResult whole = search(0.004, 20_000);
    SearchResult part = search(0.004, 150);
    assertThat(part.evaluations()).isEqualTo(whole.evaluations().subList(0, 150));
    Map<Plan, Evaluation> memory = new HashMap<>();
    SearchResult resumed = null;
    for (int stretch : new int[] {80, 71, 33, 20_000}) {
      AtomicInteger left = new AtomicInteger(stretch);
      Evaluator remembering =
          batch -> {
            List<Evaluation> done = new ArrayList<>();
            for (Plan plan : batch) {
              if (!memory.containsKey(plan) && left.getAndDecrement() <= 0) {
                return done;
              }
              done.add(memory.computeIfAbsent(plan, p -> noisy(p, 0.004)));
            }
            return done;
          };
      resumed = search(0.004, 20_000, remembering, () -> left.get() <= 0);
    }
    assertThat(resumed).usingRecursiveComparison().isEqualTo(whole);
  }
}
