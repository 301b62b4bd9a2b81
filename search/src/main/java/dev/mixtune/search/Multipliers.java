package dev.mixtune.search;

import java.util.ArrayList;
import java.util.List;

/**
 * The Lagrangian relaxation of a multiple-choice knapsack: each limit becomes a price per weight,
 * and every group takes its cheapest entry on its own. Any prices of at least 0 give a lower bound
 * on the total damage; {@link #best} looks for the highest one.
 */
final class Multipliers {
  private static final double GOLDEN = (Math.sqrt(5) - 1) / 2;
  private static final int STEPS = 60;
  private static final double[] DEARER = {0, 1e-9, 1e-6, 1e-4, 1e-3, 1e-2, 0.05, 0.2, 1, 10, 1e3};

  private final double[][] damage;
  private final long[][][] weights;
  private final long[] room;

  /**
   * @param damage {@code [group][entry]}
   * @param weights {@code [constraint][group][entry]}, at least 0; one or two constraints
   * @param room the limits
   */
  Multipliers(double[][] damage, long[][][] weights, long[] room) {
    if (weights.length < 1 || weights.length > 2) {
      throw new IllegalArgumentException(weights.length + " constraints; one or two are solved");
    }
    this.damage = damage;
    this.weights = weights;
    this.room = room;
  }

  /** Prices whose bound is highest, to the precision of a golden section search. */
  double[] best() {
    double[] lambda = new double[room.length];
    maximise(lambda, 0);
    return lambda;
  }

  /** The bound is concave in the prices: search the first one, the others optimal for each. */
  private double maximise(double[] lambda, int constraint) {
    if (constraint == lambda.length) {
      return bound(lambda);
    }
    double low = 0;
    double high = highestPrice(constraint);
    for (int step = 0; step < STEPS && high > low; step++) {
      double left = high - GOLDEN * (high - low);
      double right = low + GOLDEN * (high - low);
      lambda[constraint] = left;
      double atLeft = maximise(lambda, constraint + 1);
      lambda[constraint] = right;
      if (atLeft >= maximise(lambda, constraint + 1)) {
        high = right;
      } else {
        low = left;
      }
    }
    lambda[constraint] = (low + high) / 2;
    return maximise(lambda, constraint + 1);
  }

  /** A price at which every group takes its least weight, so that no higher one is of use. */
  private double highestPrice(int constraint) {
    double highest = 0;
    for (int g = 0; g < damage.length; g++) {
      double leastDamage = Double.POSITIVE_INFINITY;
      double damageAtLeast = Double.POSITIVE_INFINITY;
      long step = Long.MAX_VALUE;
      for (int i = 0; i < damage[g].length; i++) {
        leastDamage = Math.min(leastDamage, damage[g][i]);
        if (weights[constraint][g][i] == 0) {
          damageAtLeast = Math.min(damageAtLeast, damage[g][i]);
        } else {
          step = Math.min(step, weights[constraint][g][i]);
        }
      }
      highest = Math.max(highest, (damageAtLeast - leastDamage) / step);
    }
    return 2 * highest;
  }

  /** The lower bound at these prices. */
  double bound(double[] lambda) {
    double bound = 0;
    for (int c = 0; c < lambda.length; c++) {
      bound -= lambda[c] * room[c];
    }
    for (int g = 0; g < damage.length; g++) {
      double least = Double.POSITIVE_INFINITY;
      for (int i = 0; i < damage[g].length; i++) {
        least = Math.min(least, price(lambda, g, i));
      }
      bound += least;
    }
    return bound;
  }

  /** The cheapest entry of each group at these prices, the first among equals. */
  int[] choice(double[] lambda) {
    int[] choice = new int[damage.length];
    for (int g = 0; g < choice.length; g++) {
      for (int i = 1; i < damage[g].length; i++) {
        if (price(lambda, g, i) < price(lambda, g, choice[g])) {
          choice[g] = i;
        }
      }
    }
    return choice;
  }

  /** By how much the bound rises when an entry is taken, {@code [group][entry]}. */
  double[][] reducedCosts(double[] lambda) {
    int[] choice = choice(lambda);
    double[][] costs = new double[damage.length][];
    for (int g = 0; g < costs.length; g++) {
      costs[g] = new double[damage[g].length];
      for (int i = 0; i < costs[g].length; i++) {
        costs[g][i] = price(lambda, g, i) - price(lambda, g, choice[g]);
      }
    }
    return costs;
  }

  /** Choices at rising prices, each with the room that it leaves filled; most of them feasible. */
  List<int[]> roundings(double[] lambda) {
    List<int[]> roundings = new ArrayList<>();
    for (double dearer : DEARER) {
      double[] raised = lambda.clone();
      for (int c = 0; c < raised.length; c++) {
        raised[c] *= 1 + dearer;
      }
      int[] choice = choice(raised);
      fill(choice);
      roundings.add(choice);
    }
    return roundings;
  }

  private void fill(int[] choice) {
    long[] left = room.clone();
    for (int c = 0; c < left.length; c++) {
      for (int g = 0; g < choice.length; g++) {
        left[c] -= weights[c][g][choice[g]];
      }
    }
    boolean changed = true;
    while (changed) {
      changed = false;
      int group = 0;
      int entry = 0;
      double gain = 0;
      for (int g = 0; g < choice.length; g++) {
        for (int i = 0; i < damage[g].length; i++) {
          if (damage[g][choice[g]] - damage[g][i] > gain && fits(left, g, choice[g], i)) {
            gain = damage[g][choice[g]] - damage[g][i];
            group = g;
            entry = i;
            changed = true;
          }
        }
      }
      if (changed) {
        for (int c = 0; c < left.length; c++) {
          left[c] -= weights[c][group][entry] - weights[c][group][choice[group]];
        }
        choice[group] = entry;
      }
    }
  }

  private boolean fits(long[] left, int group, int from, int to) {
    for (int c = 0; c < left.length; c++) {
      if (weights[c][group][to] - weights[c][group][from] > left[c]) {
        return false;
      }
    }
    return true;
  }

  private double price(double[] lambda, int group, int entry) {
    double price = damage[group][entry];
    for (int c = 0; c < lambda.length; c++) {
      price += lambda[c] * weights[c][group][entry];
    }
    return price;
  }
}
