package dev.mixtune.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Least-damage choices within a sweep of limits, from what the leanest plan needs to what the
 * safest one needs, both included.
 */
final class KnapsackSeeds {

  /** Share of the range of times that still counts as fastest: timing has an error. */
  private static final double NEARLY = 0.02;

  private KnapsackSeeds() {}

  /** Limits on stored bytes, evenly spaced on a logarithmic scale as widths are. */
  static List<int[]> underBytes(Costs costs, int limits) {
    Knapsack knapsack = new Knapsack(costs.damage(), costs.bytes());
    return solve(knapsack, List.of(byteLimits(costs, limits)));
  }

  /** Limits on time, evenly spaced. */
  static List<int[]> underTime(Costs costs, int limits) {
    Knapsack knapsack = new Knapsack(costs.damage(), costs.nanos());
    return solve(knapsack, List.of(timeLimits(costs, limits)));
  }

  /** Limits on both at once, each as far between its two ends as the other one. */
  static List<int[]> underBoth(Costs costs, int limits) {
    Knapsack knapsack = new Knapsack(costs.damage(), costs.bytes(), costs.nanos());
    return solve(knapsack, List.of(byteLimits(costs, limits), timeLimits(costs, limits)));
  }

  /**
   * Limits on stored bytes among the fastest choices. Where narrow storage runs on one kernel, as
   * on convolutions, these are the plans that nothing is faster than.
   */
  static List<int[]> underBytesWhenFastest(Costs costs, int limits) {
    Knapsack knapsack = new Knapsack(costs.damage(), costs.bytes(), costs.nanos());
    long[] time = new long[limits];
    long low = least(costs.nanos());
    long high = total(costs.nanos(), costs.safest(costs.nanos()));
    Arrays.fill(time, low + Math.round(NEARLY * (high - low)));
    return solve(knapsack, List.of(byteLimits(costs, limits), time));
  }

  private static List<int[]> solve(Knapsack knapsack, List<long[]> limits) {
    List<int[]> solutions = new ArrayList<>();
    for (int k = 0; k < limits.get(0).length; k++) {
      int index = k;
      long[] limit = limits.stream().mapToLong(sweep -> sweep[index]).toArray();
      knapsack.minimise(limit).ifPresent(solution -> solutions.add(solution.options()));
    }
    return solutions;
  }

  private static long[] byteLimits(Costs costs, int count) {
    long low = least(costs.bytes());
    long high = total(costs.bytes(), costs.safest(costs.bytes()));
    double ratio = (double) high / Math.max(1, low);
    long[] limits = new long[count];
    for (int k = 0; k < count; k++) {
      long limit = Math.round(Math.max(1, low) * Math.pow(ratio, k / (count - 1.0)));
      limits[k] = Math.max(low, Math.min(high, limit));
    }
    limits[count - 1] = high;
    return limits;
  }

  private static long[] timeLimits(Costs costs, int count) {
    long low = least(costs.nanos());
    long high = total(costs.nanos(), costs.safest(costs.nanos()));
    long[] limits = new long[count];
    for (int k = 0; k < count; k++) {
      limits[k] = low + Math.round((high - low) * (k / (count - 1.0)));
    }
    return limits;
  }

  private static long least(long[][] weight) {
    long sum = 0;
    for (long[] menu : weight) {
      long least = Long.MAX_VALUE;
      for (long value : menu) {
        least = Math.min(least, value);
      }
      sum += least;
    }
    return sum;
  }

  private static long total(long[][] weight, int[] options) {
    long sum = 0;
    for (int m = 0; m < options.length; m++) {
      sum += weight[m][options[m]];
    }
    return sum;
  }
}
