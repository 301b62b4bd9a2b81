package dev.mixtune.search;

import dev.mixtune.engine.Plan;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a search found.
 *
 * @param evaluations everything that was evaluated, in order, failed ones included
 * @param frontier the plans that none beats, from the least drop to the largest
 * @param dominance how they were compared, latency ties included
 * @param uniforms the uniform plans by nominal bits, widest first; unless the search was stopped
 *     before, all of them are among the evaluations
 * @param history where the search stood after the seeds (generation 0) and after each generation
 * @param ending why it ended
 */
public record SearchResult(
    List<Evaluation> evaluations,
    List<Evaluation> frontier,
    Dominance dominance,
    SortedMap<Integer, Plan> uniforms,
    List<Progress> history,
    Ending ending) {

  public SearchResult {
    evaluations = List.copyOf(evaluations);
    frontier = List.copyOf(frontier);
    uniforms = Collections.unmodifiableSortedMap(new TreeMap<>(uniforms));
    history = List.copyOf(history);
  }

  /** Generations bred after the seeds. */
  public int generations() {
    return history.isEmpty() ? 0 : history.get(history.size() - 1).generation();
  }

  /** Hypervolume of the frontier at the end, 0..1. */
  public double hypervolume() {
    return history.isEmpty() ? 0 : history.get(history.size() - 1).hypervolume();
  }
}
