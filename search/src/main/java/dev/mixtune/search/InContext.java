package dev.mixtune.search;

import dev.mixtune.engine.Plan;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What choices damage in the company of others: coefficients of a surrogate (a sum or a saturating
 * link, ridge towards the isolated damages) fitted to whole plans at many operating points, rather
 * than scores of one layer alone. After the idea of short paths between good and bad plans (arXiv
 * 2607.12266).
 */
public final class InContext {
  /** Divergences span orders of magnitude; those below this share of the largest count alike. */
  private static final double FLOOR = 0.01;

  private final SearchSpace isolated;
  private final Surrogate damage;

  private InContext(SearchSpace isolated, Surrogate damage) {
    this.isolated = isolated;
    this.damage = damage;
  }

  /**
   * Plans to measure: a path from the plan of the largest entries to that of the smallest, on which
   * each menu takes each of its entries in turn, the step that saves most bytes per isolated damage
   * first. One plan more than there are steps.
   */
  public static List<Plan> path(SearchSpace space) {
    List<List<Integer>> largestFirst = new ArrayList<>();
    for (Menu menu : space.menus()) {
      largestFirst.add(
          IntStream.range(0, menu.entries().size())
              .boxed()
              .sorted(
                  Comparator.<Integer>comparingLong(i -> menu.entries().get(i).storedBytes())
                      .reversed())
              .toList());
    }
    int[] ranks = new int[largestFirst.size()];
    List<Plan> path = new ArrayList<>();
    int next = 0;
    while (next >= 0) {
      path.add(
          space.plan(
              IntStream.range(0, ranks.length)
                  .map(m -> largestFirst.get(m).get(ranks[m]))
                  .toArray()));
      next = next(space, largestFirst, ranks);
      if (next >= 0) {
        ranks[next]++;
      }
    }
    return path;
  }

  private static int next(SearchSpace space, List<List<Integer>> largestFirst, int[] ranks) {
    int best = -1;
    double highest = Double.NEGATIVE_INFINITY;
    for (int m = 0; m < ranks.length; m++) {
      if (ranks[m] + 1 < largestFirst.get(m).size()) {
        List<MenuEntry> entries = space.menus().get(m).entries();
        MenuEntry from = entries.get(largestFirst.get(m).get(ranks[m]));
        MenuEntry to = entries.get(largestFirst.get(m).get(ranks[m] + 1));
        double added = Math.max(Double.MIN_NORMAL, to.damage() - from.damage());
        double rate = (from.storedBytes() - to.storedBytes()) / added;
        if (rate > highest) {
          best = m;
          highest = rate;
        }
      }
    }
    return best;
  }

  /**
   * Fits the coefficients.
   *
   * @param space with the isolated damages
   * @param evaluations of whole plans; failed ones and those outside the space are passed over
   * @return empty when they are too few
   */
  public static Optional<InContext> fitted(SearchSpace space, Collection<Evaluation> evaluations) {
    List<int[]> plans = new ArrayList<>();
    List<Double> drops = new ArrayList<>();
    for (Evaluation evaluation : evaluations) {
      if (!evaluation.isFailed() && space.contains(evaluation.plan())) {
        plans.add(space.options(evaluation.plan()));
        drops.add(Objective.ACCURACY.of(evaluation));
      }
    }
    Surrogate fitted =
        new SurrogateTrainer(Costs.of(space).damage(), /* saturates= */ true, FLOOR)
            .fit(plans, drops.stream().mapToDouble(Double::doubleValue).toArray());
    return Optional.ofNullable(fitted).map(damage -> new InContext(space, damage));
  }

  /** The same choices with these damages, each menu's least being 0. */
  public SearchSpace space() {
    double[][] mains = Costs.of(isolated).withDamage(damage.mains()).damage();
    List<Menu> menus = new ArrayList<>();
    for (int m = 0; m < mains.length; m++) {
      Menu menu = isolated.menus().get(m);
      List<MenuEntry> entries = new ArrayList<>();
      for (int i = 0; i < mains[m].length; i++) {
        MenuEntry entry = menu.entries().get(i);
        entries.add(
            new MenuEntry(
                entry.scheme(), entry.storedBytes(), mains[m][i], entry.latencyCostMillis()));
      }
      menus.add(new Menu(menu.group(), menu.layerIndices(), entries));
    }
    return SearchSpace.of(isolated.layers(), menus);
  }

  /** The predicted drop of a plan of the space. */
  public double predict(Plan plan) {
    return damage.predict(isolated.options(plan));
  }
}
