package dev.mixtune.engine.fitting;

import java.util.Arrays;
import java.util.Comparator;

/**
 * Weighted k-means of numbers, solved exactly: clusters of numbers are intervals, so dynamic
 * programming finds the best ones (Wang and Song 2011, doi:10.32614/RJ-2011-015), here in {@code
 * O(k n log n)} because the best split points move in one direction.
 */
final class Clusters {
  private final double[] weight;
  private final double[] first;
  private final double[] second;

  private Clusters(double[] values, double[] weights) {
    int count = values.length;
    weight = new double[count + 1];
    first = new double[count + 1];
    second = new double[count + 1];
    for (int i = 0; i < count; i++) {
      weight[i + 1] = weight[i] + weights[i];
      first[i + 1] = first[i] + weights[i] * values[i];
      second[i + 1] = second[i] + weights[i] * values[i] * values[i];
    }
  }

  /**
   * The centres with the least weighted squared distance.
   *
   * @param values finite numbers
   * @param weights one per number, positive
   * @param clusters at least 1
   * @return at most {@code clusters} centres, rising
   */
  static double[] centres(double[] values, double[] weights, int clusters) {
    Integer[] order = new Integer[values.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparingDouble(i -> values[i]));
    double[] sorted = Arrays.stream(order).mapToDouble(i -> values[i]).toArray();
    double[] sortedWeights = Arrays.stream(order).mapToDouble(i -> weights[i]).toArray();
    return new Clusters(sorted, sortedWeights).solve(Math.min(clusters, values.length));
  }

  private double[] solve(int clusters) {
    int count = weight.length - 1;
    // cost[i]: least cost of the first i numbers with the clusters so far.
    double[] cost = new double[count + 1];
    for (int i = 1; i <= count; i++) {
      cost[i] = cost(0, i);
    }
    int[][] splits = new int[clusters][count + 1];
    for (int k = 1; k < clusters; k++) {
      double[] next = new double[count + 1];
      fill(cost, next, splits[k], 1, count, 0, count);
      cost = next;
    }
    double[] centres = new double[clusters];
    int end = count;
    int used = clusters;
    for (int k = clusters - 1; k >= 0; k--) {
      int start = k == 0 ? 0 : splits[k][end];
      if (start < end) {
        centres[--used] = (first[end] - first[start]) / (weight[end] - weight[start]);
      }
      end = start;
    }
    return Arrays.copyOfRange(centres, used, clusters);
  }

  /** Fills {@code next[from..to]}, knowing that the best splits lie in {@code low..high}. */
  private void fill(
      double[] cost, double[] next, int[] splits, int from, int to, int low, int high) {
    if (from > to) {
      return;
    }
    int middle = (from + to) >>> 1;
    double least = Double.POSITIVE_INFINITY;
    int best = low;
    for (int split = low; split <= Math.min(middle, high); split++) {
      double sum = cost[split] + cost(split, middle);
      if (sum < least) {
        least = sum;
        best = split;
      }
    }
    next[middle] = least;
    splits[middle] = best;
    fill(cost, next, splits, from, middle - 1, low, best);
    fill(cost, next, splits, middle + 1, to, best, high);
  }

  /** Weighted squared distance of numbers {@code from <= i < to} from their mean. */
  private double cost(int from, int to) {
    double mass = weight[to] - weight[from];
    if (!(mass > 0)) {
      return 0;
    }
    double sum = first[to] - first[from];
    return Math.max(0, second[to] - second[from] - sum * sum / mass);
  }
}
