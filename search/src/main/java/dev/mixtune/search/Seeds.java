package dev.mixtune.search;

import dev.mixtune.engine.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Where the search starts: solved points, which the evolution then repairs where effects do not add
 * up.
 */
final class Seeds {
  private static final int JOINT_LIMITS = 6;

  private Seeds() {}

  /**
   * The knapsack solutions, then the greedy paths, each coarse to fine so that a short budget still
   * sees the whole range. Plans may repeat.
   *
   * @param objectives bytes are limited when size is among them, time when latency or energy is
   * @param limits number of limits per knapsack sweep
   * @param steps number of plans per greedy path
   */
  static List<Plan> of(SearchSpace space, Set<Objective> objectives, int limits, int steps) {
    Costs costs = Costs.of(space);
    boolean size = objectives.contains(Objective.SIZE);
    boolean latency = Objective.countsTime(objectives);
    List<List<int[]>> knapsacks = new ArrayList<>();
    List<List<int[]>> paths = new ArrayList<>();
    if (size && latency) {
      knapsacks.add(KnapsackSeeds.underBytesWhenFastest(costs, limits));
    }
    if (size) {
      knapsacks.add(KnapsackSeeds.underBytes(costs, limits));
      paths.add(Spread.thin(GreedyPath.of(costs, costs.bytes()), steps));
    }
    if (latency) {
      knapsacks.add(KnapsackSeeds.underTime(costs, limits));
      paths.add(Spread.thin(GreedyPath.of(costs, costs.nanos()), steps));
    }
    if (size && latency) {
      knapsacks.add(KnapsackSeeds.underBoth(costs, JOINT_LIMITS));
    }
    List<int[]> ordered = new ArrayList<>(ordered(knapsacks));
    ordered.addAll(ordered(paths));
    return ordered.stream().map(space::plan).toList();
  }

  private static List<int[]> ordered(List<List<int[]>> sweeps) {
    return Spread.interleave(sweeps.stream().map(Spread::coarseToFine).toList());
  }
}
