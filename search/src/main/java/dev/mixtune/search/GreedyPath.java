package dev.mixtune.search;

import java.util.ArrayList;
import java.util.List;

/**
 * The plans on the way from the safest plan to the leanest one, each step being the one change that
 * saves the most weight per damage added.
 */
final class GreedyPath {

  private GreedyPath() {}

  /**
   * The path.
   *
   * @param costs the damages, by {@code [menu][entry]}
   * @param weight what is saved, bytes or nanoseconds, by {@code [menu][entry]}
   * @return option vectors, the safest first
   */
  static List<int[]> of(Costs costs, long[][] weight) {
    int[] options = costs.safest(weight);
    List<int[]> path = new ArrayList<>();
    path.add(options.clone());
    while (step(costs.damage(), weight, options)) {
      path.add(options.clone());
    }
    return path;
  }

  private static boolean step(double[][] damage, long[][] weight, int[] options) {
    int menu = -1;
    int entry = -1;
    double bestRate = 0;
    long bestSaving = 0;
    for (int m = 0; m < options.length; m++) {
      for (int i = 0; i < damage[m].length; i++) {
        long saving = weight[m][options[m]] - weight[m][i];
        double added = damage[m][i] - damage[m][options[m]];
        double rate = added > 0 ? saving / added : Double.POSITIVE_INFINITY;
        if (saving > 0 && (rate > bestRate || (rate == bestRate && saving > bestSaving))) {
          menu = m;
          entry = i;
          bestRate = rate;
          bestSaving = saving;
        }
      }
    }
    if (menu < 0) {
      return false;
    }
    options[menu] = entry;
    return true;
  }
}
