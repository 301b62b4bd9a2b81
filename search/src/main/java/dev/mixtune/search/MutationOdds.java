package dev.mixtune.search;

import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.Set;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * How likely each choice of a plan is to change: more likely where the trade of damage against cost
 * is close, less where every other option would be far worse.
 *
 * <p>A plan is taken to be best at some price of cost: the one at which its choices have the least
 * regret. At that price an option is worth its damage plus its cost; what the best other option is
 * worse by is the choice's margin, none where another one is better. On average one choice changes,
 * and none is left with less than a quarter of an even share: damages are estimates.
 */
final class MutationOdds {
  /** The part of the odds that is shared evenly. */
  private static final double EVEN = 0.25;

  private static final int MOST_PRICES = 48;

  /** Shares that differ by less are equal. */
  private static final double SAME = 1e-9;

  private final double[][] damage;
  private final double[][] cost;
  private final int[] free;
  private final double[] prices;
  private final double damageRange;
  private final double costRange;

  /**
   * @param damage {@code [menu][entry]}, what each entry adds, any unit and any origin
   * @param cost {@code [menu][entry]}, what each entry costs, any unit
   */
  MutationOdds(double[][] damage, double[][] cost) {
    this.damage = damage;
    this.cost = cost;
    this.free = IntStream.range(0, damage.length).filter(m -> damage[m].length > 1).toArray();
    this.prices = prices();
    this.damageRange = range(damage);
    this.costRange = range(cost);
  }

  /**
   * Odds by the costs that count, each as a share of its range.
   *
   * @param damage {@code [menu][entry]}
   */
  static MutationOdds of(double[][] damage, Costs costs, Set<Objective> objectives) {
    double[][] sum =
        Arrays.stream(damage).map(menu -> new double[menu.length]).toArray(double[][]::new);
    if (objectives.contains(Objective.SIZE)) {
      addShares(sum, costs.bytes());
    }
    if (Objective.countsTime(objectives)) {
      addShares(sum, costs.nanos());
    }
    return new MutationOdds(damage, sum);
  }

  private static void addShares(double[][] sum, long[][] cost) {
    double range = 0;
    for (long[] menu : cost) {
      range += Arrays.stream(menu).max().orElseThrow() - Arrays.stream(menu).min().orElseThrow();
    }
    for (int m = 0; m < sum.length; m++) {
      for (int i = 0; i < sum[m].length; i++) {
        sum[m][i] += cost[m][i] / Math.max(1, range);
      }
    }
  }

  /**
   * For each choice the probability that it changes; 0 where there is nothing to choose.
   *
   * @param options for each menu the index of an entry
   */
  double[] of(int[] options) {
    double price = price(options);
    double[] margins =
        Arrays.stream(free)
            .mapToDouble(m -> margin(m, options[m], price) / atStake(price))
            .toArray();
    double[] sorted = Arrays.stream(margins).sorted().toArray();
    double usual = SAME + (free.length == 0 ? 0 : sorted[sorted.length / 2]);
    double[] closeness = Arrays.stream(margins).map(margin -> usual / (usual + margin)).toArray();
    double total = Arrays.stream(closeness).sum();
    double[] odds = new double[damage.length];
    for (int f = 0; f < free.length; f++) {
      odds[free[f]] = Math.min(1, EVEN / free.length + (1 - EVEN) * closeness[f] / total);
    }
    return odds;
  }

  private double margin(int menu, int chosen, double price) {
    double others = Double.POSITIVE_INFINITY;
    for (int i = 0; i < damage[menu].length; i++) {
      others = i == chosen ? others : Math.min(others, worth(menu, i, price));
    }
    return Math.max(0, others - worth(menu, chosen, price));
  }

  /** The price at which the plan's regret is least, the middle one of several. */
  private double price(int[] options) {
    double[] regrets = Arrays.stream(prices).map(price -> regret(options, price)).toArray();
    double least = Arrays.stream(regrets).min().orElse(0);
    double[] best =
        IntStream.range(0, prices.length)
            .filter(p -> regrets[p] <= least + SAME)
            .mapToDouble(p -> prices[p])
            .toArray();
    return best.length == 0 ? 0 : Math.sqrt(best[0] * best[best.length - 1]);
  }

  /**
   * What a plan is worse by than the best one at a price, as a share of all that is at stake: both
   * grow with the price.
   */
  private double regret(int[] options, double price) {
    double regret = 0;
    for (int m : free) {
      double best = Double.POSITIVE_INFINITY;
      for (int i = 0; i < damage[m].length; i++) {
        best = Math.min(best, worth(m, i, price));
      }
      regret += worth(m, options[m], price) - best;
    }
    return regret / atStake(price);
  }

  private double atStake(double price) {
    return damageRange + price * costRange;
  }

  private double range(double[][] values) {
    double range = Double.MIN_NORMAL;
    for (int m : free) {
      DoubleSummaryStatistics ends = Arrays.stream(values[m]).summaryStatistics();
      range += ends.getMax() - ends.getMin();
    }
    return range;
  }

  /** The prices at which single choices turn from one option to another, thinned. */
  private double[] prices() {
    double[] turns =
        Arrays.stream(free)
            .boxed()
            .flatMapToDouble(this::turns)
            .filter(turn -> turn > 0 && Double.isFinite(turn))
            .sorted()
            .toArray();
    if (turns.length <= MOST_PRICES) {
      return turns;
    }
    return IntStream.range(0, MOST_PRICES)
        .mapToDouble(p -> turns[p * (turns.length - 1) / (MOST_PRICES - 1)])
        .toArray();
  }

  private DoubleStream turns(int menu) {
    DoubleStream.Builder turns = DoubleStream.builder();
    for (int i = 0; i < damage[menu].length; i++) {
      for (int j = i + 1; j < damage[menu].length; j++) {
        turns.add((damage[menu][j] - damage[menu][i]) / (cost[menu][i] - cost[menu][j]));
      }
    }
    return turns.build();
  }

  private double worth(int menu, int entry, double price) {
    return damage[menu][entry] + price * cost[menu][entry];
  }
}
