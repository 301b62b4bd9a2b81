package dev.mixtune.benchmarks;

import dev.mixtune.search.table.CountedDamages;
import dev.mixtune.search.table.TableShape;
import java.util.Arrays;

/**
 * Integer programmes on isolated sensitivities, as HAWQ-V3 and MCT solve them: for limits spread
 * evenly over the costs, as many as evaluations are left, the plan with the least sum of isolated
 * damages. Solved by dynamic programming over 4,096 cost steps.
 */
final class IsolatedKnapsack implements Competitor {
  private static final int STEPS = 4096;

  @Override
  public String name() {
    return "knapsack (HAWQ, MCT)";
  }

  @Override
  public boolean plansAhead() {
    return true;
  }

  @Override
  public void run(CountedDamages damages, long seed) {
    TableShape shape = damages.shape();
    double[][] isolated = IsolatedDamages.of(damages);
    int[][] plans = solve(shape, isolated);
    int limits = damages.left();
    for (int k = 0; k < limits; k++) {
      int[] plan = plans[(int) Math.round((STEPS - 1.0) * k / Math.max(1, limits - 1))];
      if (plan.length > 0) {
        damages.damage(shape.plan(plan));
      }
    }
  }

  /** For each cost step the best plan of at most that cost, empty where none fits. */
  private static int[][] solve(TableShape shape, double[][] damage) {
    int genes = damage.length;
    int[][] weights = weights(shape);
    double[] best = new double[STEPS];
    int[][] chosen = new int[genes][STEPS];
    for (int gene = 0; gene < genes; gene++) {
      double[] next = new double[STEPS];
      Arrays.fill(next, Double.POSITIVE_INFINITY);
      for (int step = 0; step < STEPS; step++) {
        for (int option = 0; option < damage[gene].length; option++) {
          int rest = step - weights[gene][option];
          if (rest >= 0 && best[rest] + damage[gene][option] < next[step]) {
            next[step] = best[rest] + damage[gene][option];
            chosen[gene][step] = option;
          }
        }
      }
      best = next;
    }
    int[][] plans = new int[STEPS][];
    for (int step = 0; step < STEPS; step++) {
      plans[step] = new int[0];
      if (best[step] < Double.POSITIVE_INFINITY) {
        int[] plan = new int[genes];
        int at = step;
        for (int gene = genes - 1; gene >= 0; gene--) {
          plan[gene] = chosen[gene][at];
          at -= weights[gene][plan[gene]];
        }
        plans[step] = plan;
      }
    }
    return plans;
  }

  /** Costs above each choice's least, in steps; rounded so that the dearest plan just fits. */
  private static int[][] weights(TableShape shape) {
    double low = shape.cost(shape.cheapest());
    double high = shape.cost(shape.dearest());
    double scale = high > low ? (STEPS - 1 - shape.genes()) / (high - low) : 0;
    int[][] weights = new int[shape.genes()][];
    for (int gene = 0; gene < weights.length; gene++) {
      double least = Double.POSITIVE_INFINITY;
      for (int option = 0; option < shape.options(gene); option++) {
        least = Math.min(least, shape.cost(gene, option));
      }
      weights[gene] = new int[shape.options(gene)];
      for (int option = 0; option < weights[gene].length; option++) {
        weights[gene][option] = (int) Math.round((shape.cost(gene, option) - least) * scale);
      }
    }
    return weights;
  }
}
