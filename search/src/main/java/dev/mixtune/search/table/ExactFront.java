package dev.mixtune.search.table;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The true front of an instance without pair terms and noise, by dynamic programming over partial
 * plans that none beats (Nemhauser and Ullmann, "Discrete dynamic programming and capital
 * allocation", Management Science 1969, doi:10.1287/mnsc.15.9.494). Independent of the search: it
 * uses nothing of it.
 */
public final class ExactFront {
  private static final int MOST_STATES = 400_000;

  private ExactFront() {}

  @SuppressWarnings("ArrayRecordComponent") // made once, only read
  private record States(double[] costs, double[] combined) {
    int size() {
      return costs.length;
    }
  }

  /**
   * The front as (cost, damage), from the cheapest point to the dearest; the plans of its points
   * are empty. Nothing when damages are not separable or the front is too long.
   */
  public static Optional<List<TablePoint>> of(TableInstance instance) {
    if (!instance.isSeparable()) {
      return Optional.empty();
    }
    Link link = instance.link();
    TableShape shape = instance.shape();
    States states = new States(new double[] {0}, new double[] {link.none()});
    for (int gene = 0; gene < shape.genes(); gene++) {
      if ((long) states.size() * shape.options(gene) > MOST_STATES) {
        return Optional.empty();
      }
      states = extended(states, instance, gene);
    }
    List<TablePoint> front = new ArrayList<>();
    for (int i = 0; i < states.size(); i++) {
      front.add(new TablePoint(List.of(), states.costs()[i], link.damage(states.combined()[i])));
    }
    return Optional.of(front);
  }

  private static States extended(States states, TableInstance instance, int gene) {
    TableShape shape = instance.shape();
    Link link = instance.link();
    int size = states.size();
    int options = shape.options(gene);
    double[] costs = new double[size * options];
    double[] combined = new double[size * options];
    for (int option = 0; option < options; option++) {
      for (int i = 0; i < size; i++) {
        double part = states.combined()[i];
        for (int layer : shape.layersOf(gene)) {
          part = link.add(part, instance.damage(layer, option));
        }
        costs[option * size + i] = states.costs()[i] + shape.cost(gene, option);
        combined[option * size + i] = part;
      }
    }
    return undominated(costs, combined, link);
  }

  private static States undominated(double[] costs, double[] combined, Link link) {
    Integer[] order = new Integer[costs.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(
        order,
        Comparator.<Integer>comparingDouble(i -> costs[i])
            .thenComparingDouble(i -> link.damage(combined[i])));
    double[] keptCosts = new double[costs.length];
    double[] keptCombined = new double[costs.length];
    int kept = 0;
    double least = Double.POSITIVE_INFINITY;
    for (int i : order) {
      double damage = link.damage(combined[i]);
      if (damage < least) {
        least = damage;
        keptCosts[kept] = costs[i];
        keptCombined[kept++] = combined[i];
      }
    }
    return new States(Arrays.copyOf(keptCosts, kept), Arrays.copyOf(keptCombined, kept));
  }
}
