package dev.mixtune.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The whole front of a surrogate against one additive cost: dynamic programming over cost steps for
 * the terms of single choices, then a local search on the full model where it has pairs.
 *
 * <p>Exact for models without pairs when there are no more different costs than {@link #STEPS};
 * otherwise each step keeps its best partial plan, and {@link Knapsack} polishes what is chosen.
 */
final class ModelFront {
  private static final int STEPS = 4096;
  private static final int PASSES = 8;

  private final long[][] weights;
  private final double[][] mains;
  private final long least;
  private final double width;

  /**
   * @param mains {@code [menu][entry]} of the model
   * @param weights {@code [menu][entry]}, the cost
   */
  ModelFront(double[][] mains, long[][] weights) {
    this.mains = mains;
    this.weights = weights;
    long low = 0;
    long high = 0;
    for (long[] menu : weights) {
      low += Arrays.stream(menu).min().orElseThrow();
      high += Arrays.stream(menu).max().orElseThrow();
    }
    this.least = low;
    this.width = Math.max(1, (high - low) / (double) (STEPS - 1));
  }

  /** Whether no two different costs share a step, so that the front is exact without pairs. */
  boolean isExact() {
    return width == 1;
  }

  /** The largest cost in the same step as {@code cost}. */
  long upTo(long cost) {
    return least + (long) Math.floor((Math.floor((cost - least) / width) + 1) * width - 1e-9);
  }

  private int step(long aboveLeast) {
    return (int) (aboveLeast / width);
  }

  long cost(int[] options) {
    long sum = 0;
    for (int m = 0; m < options.length; m++) {
      sum += weights[m][options[m]];
    }
    return sum;
  }

  /** The undominated plans of the terms of single choices, from the cheapest on. */
  List<int[]> additive() {
    int menus = mains.length;
    int[][] entries = new int[menus][STEPS];
    int[][] parents = new int[menus][STEPS];
    long[] costs = new long[STEPS];
    double[] sums = new double[STEPS];
    Arrays.fill(sums, Double.POSITIVE_INFINITY);
    sums[0] = 0;
    for (int m = 0; m < menus; m++) {
      long base = Arrays.stream(weights[m]).min().orElseThrow();
      long[] nextCosts = new long[STEPS];
      double[] nextSums = new double[STEPS];
      Arrays.fill(nextSums, Double.POSITIVE_INFINITY);
      for (int s = 0; s < STEPS; s++) {
        if (sums[s] == Double.POSITIVE_INFINITY) {
          continue;
        }
        for (int i = 0; i < mains[m].length; i++) {
          long cost = costs[s] + weights[m][i] - base;
          double sum = sums[s] + mains[m][i];
          int to = step(cost);
          if (sum < nextSums[to] || (sum == nextSums[to] && cost < nextCosts[to])) {
            nextSums[to] = sum;
            nextCosts[to] = cost;
            entries[m][to] = i;
            parents[m][to] = s;
          }
        }
      }
      dropDominated(nextSums);
      costs = nextCosts;
      sums = nextSums;
    }
    List<int[]> front = new ArrayList<>();
    for (int s = 0; s < STEPS; s++) {
      if (sums[s] < Double.POSITIVE_INFINITY) {
        int[] options = new int[menus];
        int at = s;
        for (int m = menus - 1; m >= 0; m--) {
          options[m] = entries[m][at];
          at = parents[m][at];
        }
        front.add(options);
      }
    }
    return front;
  }

  private static void dropDominated(double[] sums) {
    double best = Double.POSITIVE_INFINITY;
    for (int s = 0; s < sums.length; s++) {
      if (sums[s] < best) {
        best = sums[s];
      } else {
        sums[s] = Double.POSITIVE_INFINITY;
      }
    }
  }

  /**
   * Improves plans under the whole model: each plan's neighbours, one choice or the two of a pair
   * changed, take the place of what they beat within their cost step, until nothing changes.
   */
  List<int[]> withPairs(Surrogate model, List<int[]> starts, int steps) {
    double stride = Math.max(1, width * STEPS / steps);
    int[][] best = new int[steps + 1][];
    double[] sums = new double[steps + 1];
    boolean[] fresh = new boolean[steps + 1];
    Arrays.fill(sums, Double.POSITIVE_INFINITY);
    for (int[] start : starts) {
      offer(best, sums, fresh, start, model.sum(start), cost(start), stride);
    }
    for (int pass = 0; pass < PASSES; pass++) {
      boolean changed = false;
      for (int s = 0; s <= steps; s++) {
        if (best[s] != null && fresh[s]) {
          fresh[s] = false;
          changed |= improve(best, sums, fresh, best[s], model, stride);
        }
      }
      if (!changed) {
        break;
      }
    }
    List<int[]> front = new ArrayList<>();
    dropDominated(sums);
    for (int s = 0; s <= steps; s++) {
      if (sums[s] < Double.POSITIVE_INFINITY) {
        front.add(best[s]);
      }
    }
    return front;
  }

  private boolean improve(
      int[][] best, double[] sums, boolean[] fresh, int[] plan, Surrogate model, double stride) {
    boolean changed = false;
    int[] near = plan.clone();
    long cost = cost(plan);
    for (int m = 0; m < plan.length; m++) {
      for (int i = 0; i < mains[m].length; i++) {
        if (i != plan[m]) {
          near[m] = i;
          long moved = cost + weights[m][i] - weights[m][plan[m]];
          changed |= offer(best, sums, fresh, near, model.sum(near), moved, stride);
        }
      }
      near[m] = plan[m];
    }
    return changed;
  }

  private boolean offer(
      int[][] best,
      double[] sums,
      boolean[] fresh,
      int[] options,
      double sum,
      long cost,
      double stride) {
    int s = (int) ((cost - least) / stride);
    if (sum >= sums[s] - 1e-12 * Math.abs(sum)) {
      return false;
    }
    best[s] = options.clone();
    sums[s] = sum;
    fresh[s] = true;
    return true;
  }
}
