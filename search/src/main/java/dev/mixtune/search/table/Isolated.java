package dev.mixtune.search.table;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A first picture of the sensitivities, by counted evaluations.
 *
 * <p>The cheapest option of each choice is measured alone, around the plan of the dearest options.
 * The options between are not worth a plan each that is of no other use: their share is read from
 * the uniform plans, and they are measured in context, along a path of good plans from the dearest
 * to the cheapest in which each choice takes all its options in turn (the idea of short paths
 * between operating points, arXiv 2607.12266). When the evaluations do not allow one plan per
 * choice, all choices are taken to be alike.
 *
 * @param damages {@code [choice][option]}: estimated damage above the dearest option's
 */
@SuppressWarnings("ArrayRecordComponent") // made once, only read
public record Isolated(double[][] damages) {

  /** The most that one option per choice may take of the evaluations. */
  private static final double SHARE_OF_ONE = 0.6;

  /** The most that the path may take of them. */
  private static final double SHARE_OF_PATH = 0.4;

  private static final int BISECTIONS = 60;

  /** Measures what the evaluations allow; deterministic. */
  public static Isolated measure(CountedDamages oracle) {
    TableShape shape = oracle.shape();
    int[][] orders = shape.dearestFirst();
    double least = oracle.damage(shape.dearest());
    double[] narrow = narrow(oracle, least);
    double[] shares = uniformShares(oracle, least, Arrays.stream(narrow).sum());
    double[][] damages = new double[shape.genes()][];
    for (int gene = 0; gene < damages.length; gene++) {
      int last = orders[gene].length - 1;
      damages[gene] = new double[last + 1];
      for (int rank = 1; rank <= last; rank++) {
        damages[gene][orders[gene][rank]] =
            narrow[gene] * shares[rank * (shares.length - 1) / last];
      }
    }
    walk(oracle, damages);
    return new Isolated(damages);
  }

  /** Each choice's cheapest option alone; all alike when that would take too much. */
  private static double[] narrow(CountedDamages oracle, double least) {
    TableShape shape = oracle.shape();
    int[][] orders = shape.dearestFirst();
    double[] narrow = new double[orders.length];
    if (orders.length + 1 > SHARE_OF_ONE * oracle.most()) {
      Arrays.fill(narrow, 1);
      return narrow;
    }
    int[] base = shape.options(shape.dearest());
    for (int gene = 0; gene < narrow.length; gene++) {
      int[] changed = base.clone();
      changed[gene] = orders[gene][orders[gene].length - 1];
      narrow[gene] = Math.max(0, oracle.damage(shape.plan(changed)) - least);
    }
    return narrow;
  }

  /**
   * How much of the full damage the uniform plan at each rank has, on the scale on which single
   * damages add up to {@code sum}: 0 at the dearest, 1 at the cheapest.
   */
  private static double[] uniformShares(CountedDamages oracle, double least, double sum) {
    TableShape shape = oracle.shape();
    int[][] orders = shape.dearestFirst();
    int most = Arrays.stream(orders).mapToInt(order -> order.length).max().orElseThrow();
    double[] shares = new double[most];
    for (int rank = 1; rank < most && oracle.left() > 0; rank++) {
      int[] options = new int[orders.length];
      for (int gene = 0; gene < options.length; gene++) {
        options[gene] = orders[gene][rank * (orders[gene].length - 1) / Math.max(1, most - 1)];
      }
      shares[rank] = Math.max(0, oracle.damage(shape.plan(options)) - least);
    }
    double ceiling = ceiling(shares[most - 1], sum);
    double full = Math.max(unsaturated(shares[most - 1], ceiling), Double.MIN_NORMAL);
    return Arrays.stream(shares)
        .map(share -> Math.min(1, unsaturated(share, ceiling) / full))
        .toArray();
  }

  /** The c for which {@code c(1 - exp(-sum / c))} is the damage of all together. */
  private static double ceiling(double together, double sum) {
    if (together <= 0 || together >= sum) {
      return Double.POSITIVE_INFINITY;
    }
    double low = together;
    double high = 1e6 * together;
    for (int i = 0; i < BISECTIONS; i++) {
      double middle = Math.sqrt(low * high);
      if (-middle * Math.expm1(-sum / middle) < together) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return high;
  }

  private static double unsaturated(double damage, double ceiling) {
    return ceiling == Double.POSITIVE_INFINITY
        ? damage
        : -ceiling * Math.log(Math.max(1e-9, 1 - damage / ceiling));
  }

  /** Evaluates a path on which each choice takes each option between its ends at least once. */
  private static void walk(CountedDamages oracle, double[][] damages) {
    TableShape shape = oracle.shape();
    int[][] orders = shape.dearestFirst();
    List<int[]> path = new ArrayList<>();
    int[] ranks = new int[orders.length];
    int gene = next(shape, orders, damages, ranks);
    while (gene >= 0) {
      ranks[gene]++;
      // The last step of a choice is known from its isolated plan.
      if (ranks[gene] < orders[gene].length - 1) {
        path.add(ranks.clone());
      }
      gene = next(shape, orders, damages, ranks);
    }
    if (path.size() > SHARE_OF_PATH * oracle.most()) {
      return;
    }
    for (int[] at : path) {
      int[] options = new int[at.length];
      for (int g = 0; g < options.length; g++) {
        options[g] = orders[g][at[g]];
      }
      oracle.damage(shape.plan(options));
    }
  }

  /** The choice whose next option saves most per damage, -1 at the end of the path. */
  private static int next(TableShape shape, int[][] orders, double[][] damages, int[] ranks) {
    int best = -1;
    double highest = 0;
    for (int gene = 0; gene < ranks.length; gene++) {
      if (ranks[gene] + 1 < orders[gene].length) {
        int from = orders[gene][ranks[gene]];
        int to = orders[gene][ranks[gene] + 1];
        double added = Math.max(1e-12, damages[gene][to] - damages[gene][from]);
        double rate = (1e-12 + shape.cost(gene, from) - shape.cost(gene, to)) / added;
        if (rate > highest) {
          best = gene;
          highest = rate;
        }
      }
    }
    return best;
  }
}
