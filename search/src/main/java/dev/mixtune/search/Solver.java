package dev.mixtune.search;

import dev.mixtune.engine.Plan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Solves the front on the surrogate. With one cost beside the drop: the whole front, and exact
 * knapsack solutions at limits that people name. With time and size: the plans of a grid of prices
 * that moves from generation to generation.
 */
final class Solver {
  private static final int LOCAL_STEPS = 512;
  private static final double CURIOUS = 1.0;
  private static final int PRICES = 10;
  private static final double GOLDEN = 0.6180339887498949;
  private static final int[] PARTS = {20, 6};

  private final SearchSpace space;
  private final Set<Objective> objectives;
  private final List<Plan> spare;
  private final Costs costs;

  Solver(SearchSpace space, Set<Objective> objectives, List<Plan> spare) {
    this.space = space;
    this.objectives = objectives;
    this.spare = spare;
    this.costs = Costs.of(space);
  }

  /** Plans worth a look, as options; known ones may be among them. */
  List<int[]> solve(Surrogates surrogates, int generation) {
    List<int[]> plans = new ArrayList<>();
    boolean size = objectives.contains(Objective.SIZE);
    boolean time = Objective.countsTime(objectives);
    Surrogate damage = surrogates.damage();
    double[][] hopeful = lowered(damage.mains(), damage.mainDeviations());
    if (size != time) {
      long[][] weights = size ? costs.bytes() : nanos(surrogates);
      plans.addAll(front(damage, damage.mains(), weights));
      plans.addAll(front(damage, hopeful, weights));
    } else if (size) {
      Costs fitted = costs.withNanos(nanos(surrogates));
      double shift = (generation * GOLDEN) % 1;
      plans.addAll(PricedPlans.of(fitted.withDamage(damage.mains()), PRICES, shift));
      plans.addAll(PricedPlans.of(fitted.withDamage(hopeful), PRICES, shift));
    }
    spare.stream().filter(space::contains).map(space::options).forEach(plans::add);
    return plans;
  }

  /**
   * With one cost beside the drop: the exact solutions at twentieths and sixths of the range of
   * costs, the limits that people name. Otherwise, or while the surrogate still errs, none.
   *
   * @param mostError error of a prediction up to which its optimum is taken for the true one
   */
  List<int[]> atNamedLimits(Surrogates surrogates, double mostError) {
    boolean size = objectives.contains(Objective.SIZE);
    boolean time = Objective.countsTime(objectives);
    Surrogate damage = surrogates.damage();
    if (size == time || damage.noise() > mostError) {
      return List.of();
    }
    return atNamedLimits(damage.mains(), size ? costs.bytes() : nanos(surrogates));
  }

  private static List<int[]> front(Surrogate damage, double[][] mains, long[][] weights) {
    ModelFront front = new ModelFront(mains, weights);
    List<int[]> additive = front.additive();
    if (!damage.pairs().isEmpty()) {
      return front.withPairs(damage, additive, LOCAL_STEPS);
    }
    return additive;
  }

  private List<int[]> atNamedLimits(double[][] mains, long[][] weights) {
    double[][] shifted = costs.withDamage(mains).damage();
    Knapsack knapsack = new Knapsack(shifted, weights);
    List<int[]> plans = new ArrayList<>();
    for (long limit : namedLimits(weights)) {
      Optional<Knapsack.Solution> solution = knapsack.minimise(limit);
      solution.ifPresent(found -> plans.add(found.options()));
    }
    return plans;
  }

  /** Twentieths and sixths of the way from the least cost to the most. */
  private static Set<Long> namedLimits(long[][] weights) {
    long low = 0;
    long high = 0;
    for (long[] menu : weights) {
      low += Arrays.stream(menu).min().orElseThrow();
      high += Arrays.stream(menu).max().orElseThrow();
    }
    Set<Long> limits = new LinkedHashSet<>();
    for (int parts : PARTS) {
      for (int k = 1; k < parts; k++) {
        limits.add(low + (long) Math.floor((high - low) * (k / (double) parts)));
      }
    }
    return limits;
  }

  /** The time that each entry adds, as the surrogate has it, in billionths of the float's time. */
  private long[][] nanos(Surrogates surrogates) {
    Surrogate latency = surrogates.latency();
    if (latency == null) {
      return costs.nanos();
    }
    return Arrays.stream(latency.mains())
        .map(menu -> Arrays.stream(menu).mapToLong(share -> Math.round(share * 1e9)).toArray())
        .toArray(long[][]::new);
  }

  private static double[][] lowered(double[][] mains, double[][] deviations) {
    double[][] lowered = new double[mains.length][];
    for (int m = 0; m < mains.length; m++) {
      lowered[m] = new double[mains[m].length];
      for (int i = 0; i < mains[m].length; i++) {
        lowered[m][i] = mains[m][i] - CURIOUS * deviations[m][i];
      }
    }
    return lowered;
  }
}
