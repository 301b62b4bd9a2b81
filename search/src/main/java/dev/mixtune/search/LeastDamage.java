package dev.mixtune.search;

import dev.mixtune.engine.Plan;
import java.util.Optional;

/** The exact multiple-choice knapsack on the damages of a space's menus, taken to add up. */
public final class LeastDamage {

  private LeastDamage() {}

  /**
   * The plan of the least sum of damages.
   *
   * @param mostBytes that the chosen entries may store together
   * @return empty when even the smallest entries need more
   */
  public static Optional<Plan> within(SearchSpace space, long mostBytes) {
    Costs costs = Costs.of(space);
    return new Knapsack(costs.damage(), costs.bytes())
        .minimise(mostBytes)
        .map(solution -> space.plan(solution.options()));
  }

  /** The sum of the damages of a plan of the space. */
  public static double sum(SearchSpace space, Plan plan) {
    double[][] damage = Costs.of(space).damage();
    int[] options = space.options(plan);
    double sum = 0;
    for (int m = 0; m < options.length; m++) {
      sum += damage[m][options[m]];
    }
    return sum;
  }

  /** The bytes that the chosen entries of a plan of the space store together. */
  public static long bytes(SearchSpace space, Plan plan) {
    long[][] bytes = Costs.of(space).bytes();
    int[] options = space.options(plan);
    long sum = 0;
    for (int m = 0; m < options.length; m++) {
      sum += bytes[m][options[m]];
    }
    return sum;
  }
}
