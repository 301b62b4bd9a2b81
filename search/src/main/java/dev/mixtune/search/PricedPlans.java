package dev.mixtune.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Plans that are best at some price per byte and some price per unit of time: every menu takes its
 * cheapest entry on its own, so a whole grid of prices costs less than one knapsack. They are the
 * corners of the convex hull of the front; what lies between is left to the evolution.
 */
final class PricedPlans {
  private PricedPlans() {}

  /**
   * The plans of a grid of prices, distinct, in the grid's order.
   *
   * @param steps prices of each kind, free of charge included; at least 2
   * @param shift 0..1, moves the grid by that share of a step
   */
  static List<int[]> of(Costs costs, int steps, double shift) {
    double[] perByte = prices(costs.damage(), costs.bytes(), steps, shift);
    double[] perNano = prices(costs.damage(), costs.nanos(), steps, shift);
    List<int[]> plans = new ArrayList<>();
    for (double b : perByte) {
      for (double n : perNano) {
        int[] plan = cheapest(costs, b, n);
        if (plans.stream().noneMatch(known -> Arrays.equals(known, plan))) {
          plans.add(plan);
        }
      }
    }
    return plans;
  }

  private static int[] cheapest(Costs costs, double perByte, double perNano) {
    int[] plan = new int[costs.damage().length];
    for (int m = 0; m < plan.length; m++) {
      double least = Double.POSITIVE_INFINITY;
      for (int i = 0; i < costs.damage()[m].length; i++) {
        double price =
            costs.damage()[m][i] + perByte * costs.bytes()[m][i] + perNano * costs.nanos()[m][i];
        if (price < least) {
          least = price;
          plan[m] = i;
        }
      }
    }
    return plan;
  }

  /** Nothing, then prices spread like the rates at which single changes trade damage for weight. */
  private static double[] prices(double[][] damage, long[][] weight, int steps, double shift) {
    double[] rates = rates(damage, weight);
    double[] prices = new double[steps];
    for (int k = 1; k < steps && rates.length > 0; k++) {
      double at = Math.min(1, (k - 1 + shift) / (steps - 1));
      prices[k] = rates[(int) Math.round(at * (rates.length - 1))] * (1 + 1e-9);
    }
    return prices;
  }

  private static double[] rates(double[][] damage, long[][] weight) {
    List<Double> rates = new ArrayList<>();
    for (int m = 0; m < damage.length; m++) {
      for (int i = 0; i < damage[m].length; i++) {
        for (int j = 0; j < damage[m].length; j++) {
          if (weight[m][j] < weight[m][i] && damage[m][j] > damage[m][i]) {
            rates.add((damage[m][j] - damage[m][i]) / (weight[m][i] - weight[m][j]));
          }
        }
      }
    }
    return rates.stream().mapToDouble(Double::doubleValue).sorted().toArray();
  }
}
