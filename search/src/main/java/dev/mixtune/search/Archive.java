package dev.mixtune.search;

import dev.mixtune.engine.Latency;
import dev.mixtune.engine.Plan;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Everything that was evaluated, and the frontier of it. Nothing is ever thrown away. */
final class Archive {
  private final SearchSpace space;
  private final Map<Plan, Evaluation> evaluations = new LinkedHashMap<>();
  private final Map<String, Latency> latencies = new HashMap<>();
  private Dominance dominance;
  private Frontier frontier;
  private int insideSpace;

  Archive(SearchSpace space, Dominance dominance) {
    this.space = space;
    this.dominance = dominance;
    this.frontier = new Frontier(dominance);
  }

  /** Judges by another dominance from now on, what is here already included. */
  void judgeBy(Dominance changed) {
    dominance = changed;
    frontier = new Frontier(changed);
    evaluations.values().forEach(frontier::offer);
  }

  /** Adds the evaluation of a plan that is not here yet. */
  void add(Evaluation evaluation) {
    Evaluation shared = withSharedLatency(evaluation);
    if (evaluations.putIfAbsent(shared.plan(), shared) != null) {
      throw new IllegalStateException("evaluated twice: " + evaluation.plan().key());
    }
    frontier.offer(shared);
    if (space.contains(shared.plan())) {
      insideSpace++;
    }
  }

  boolean knows(Plan plan) {
    return evaluations.containsKey(plan);
  }

  Optional<Evaluation> find(Plan plan) {
    return Optional.ofNullable(evaluations.get(plan));
  }

  List<Evaluation> evaluations() {
    return new ArrayList<>(evaluations.values());
  }

  List<Evaluation> frontier() {
    return frontier.evaluations();
  }

  Dominance dominance() {
    return dominance;
  }

  int size() {
    return evaluations.size();
  }

  /** How many of the space's own plans are here; uniform plans can lie outside. */
  int sizeInsideSpace() {
    return insideSpace;
  }

  /**
   * Plans that run the same kernels take the same time, so a second timing of a signature would
   * only add noise: the first one counts. An empty signature is not known and shares nothing.
   */
  private Evaluation withSharedLatency(Evaluation evaluation) {
    Latency own = evaluation.latency();
    if (own == null || evaluation.kernelSignature().isEmpty()) {
      return evaluation;
    }
    Latency first = latencies.putIfAbsent(evaluation.kernelSignature(), own);
    return first == null || first.equals(own)
        ? evaluation
        : new Evaluation(
            evaluation.plan(),
            evaluation.rounding(),
            evaluation.score(),
            first,
            evaluation.sizeBytes(),
            evaluation.storedWeightBits(),
            evaluation.kernelSignature(),
            evaluation.failure(),
            evaluation.climb(),
            evaluation.energy());
  }
}
