package dev.mixtune.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The multiple-choice knapsack: one entry from every group, least total damage, total weights
 * within their limits.
 *
 * <p>Lagrange multipliers ({@link Multipliers}) give a lower bound and, for each entry, the least
 * by which the bound rises when the entry is taken (its reduced cost). Entries whose reduced cost
 * closes the gap to a known solution cannot be in a better one; what is left, a few groups around
 * the break item, is enumerated group by group, keeping the partial solutions that none dominates
 * and whose bound is below the best known (Pisinger, "A minimal algorithm for the multiple-choice
 * knapsack problem", EJOR 1995, doi:10.1016/0377-2217(95)00015-I).
 *
 * <p>Exact as long as no more than {@link #MAX_STATES} partial solutions are alive at once. With
 * one limit and sensitivities that differ from layer to layer they stay far below it; with two
 * limits and hundreds of groups, or where all groups give the same damage per weight so that the
 * bound tells nothing apart, they can exceed it. Then the most hopeful ones go on, only gains above
 * {@link #GOOD_ENOUGH} are looked for, and the solution says that it is not proven.
 *
 * <p>A general solver for integer programmes would do as well in quality, but it takes seconds
 * where this takes milliseconds, stops at a tolerance and, being parallel, need not always stop at
 * the same solution; seeds must be the same on every run.
 */
final class Knapsack {
  private static final int MAX_STATES = 4_000;
  private static final double GOOD_ENOUGH = 1e-4;
  private static final double ROUNDING = 1e-12;

  private final double[][] damage;
  private final long[][][] weights;
  private final long[] least;

  /**
   * A solution.
   *
   * @param options the entry of each group
   * @param damage their total damage
   * @param proven whether no other choice has less
   */
  @SuppressWarnings("ArrayRecordComponent") // made once, only read
  record Solution(int[] options, double damage, boolean proven) {}

  /**
   * A problem without its limits.
   *
   * @param damage {@code [group][entry]}, at least 0
   * @param weights {@code [constraint][group][entry]}
   */
  Knapsack(double[][] damage, long[][]... weights) {
    this.damage = damage;
    this.least = new long[weights.length];
    this.weights = new long[weights.length][damage.length][];
    for (int c = 0; c < weights.length; c++) {
      for (int g = 0; g < damage.length; g++) {
        long base = Arrays.stream(weights[c][g]).min().orElseThrow();
        // Weights above each group's least: then no weight is negative.
        this.weights[c][g] = Arrays.stream(weights[c][g]).map(weight -> weight - base).toArray();
        least[c] += base;
      }
    }
  }

  /**
   * The choice with the least total damage within these limits, empty when none was found.
   *
   * @param limits the largest total weight, one per constraint
   */
  Optional<Solution> minimise(long... limits) {
    long[] room = new long[limits.length];
    for (int c = 0; c < limits.length; c++) {
      room[c] = limits[c] - least[c];
      if (room[c] < 0) {
        return Optional.empty();
      }
    }
    Multipliers multipliers = new Multipliers(damage, weights, room);
    double[] lambda = multipliers.best();
    return new Core(room, multipliers, lambda).solve();
  }

  /** A partial solution over the core groups decided so far. */
  @SuppressWarnings("ArrayRecordComponent") // made once, only read
  private record State(
      @Nullable State parent,
      int group,
      int entry,
      long[] weight,
      double damage,
      double reducedCost) {}

  /** One solve: the groups that the bound leaves open. */
  private final class Core {
    private final long[] room;
    private final int[] cheapest;
    private final double[][] reducedCost;
    private final double bound;
    private final double tolerance;
    private double bestDamage = Double.POSITIVE_INFINITY;
    private int[] best;
    private boolean proven = true;

    Core(long[] room, Multipliers multipliers, double[] lambda) {
      this.room = room;
      this.cheapest = multipliers.choice(lambda);
      this.reducedCost = multipliers.reducedCosts(lambda);
      this.bound = multipliers.bound(lambda);
      this.best = cheapest;
      for (int[] candidate : multipliers.roundings(lambda)) {
        offer(candidate);
      }
      double scale = Double.isFinite(bestDamage) ? bestDamage : 0;
      for (int c = 0; c < room.length; c++) {
        scale += lambda[c] * room[c];
      }
      this.tolerance = ROUNDING * scale;
    }

    Optional<Solution> solve() {
      int[] order = openGroups();
      long[] rest = new long[room.length];
      double restDamage = 0;
      for (int g = 0; g < damage.length; g++) {
        add(rest, g, cheapest[g]);
        restDamage += damage[g][cheapest[g]];
      }
      // A state holds whole plans: what it has not decided yet is at the cheapest entry.
      List<State> states = new ArrayList<>();
      states.add(new State(null, -1, -1, rest, restDamage, 0));
      long[] slackable = slackable(order);
      for (int group : order) {
        for (int c = 0; c < room.length; c++) {
          slackable[c] -= weights[c][group][cheapest[group]];
        }
        states = undominated(extended(states, group, slackable));
      }
      if (bestDamage == Double.POSITIVE_INFINITY) {
        return Optional.empty();
      }
      return Optional.of(new Solution(best, total(best), proven));
    }

    /** Groups with more than one entry that a better solution could take, clearest first. */
    private int[] openGroups() {
      List<Integer> open = new ArrayList<>();
      double[] second = new double[damage.length];
      for (int g = 0; g < damage.length; g++) {
        second[g] = Double.POSITIVE_INFINITY;
        for (int i = 0; i < damage[g].length; i++) {
          if (i != cheapest[g]) {
            second[g] = Math.min(second[g], reducedCost[g][i]);
          }
        }
        if (isOpen(second[g])) {
          open.add(g);
        }
      }
      open.sort(Comparator.<Integer>comparingDouble(g -> second[g]).reversed());
      return open.stream().mapToInt(Integer::intValue).toArray();
    }

    /** The most weight that the open groups can still give back. */
    private long[] slackable(int[] order) {
      long[] sum = new long[room.length];
      for (int group : order) {
        add(sum, group, cheapest[group]);
      }
      return sum;
    }

    private boolean isOpen(double reduced) {
      double target = proven ? bestDamage : bestDamage * (1 - GOOD_ENOUGH);
      return bound + reduced - tolerance < target;
    }

    private List<State> extended(List<State> states, int group, long[] slackable) {
      List<State> extended = new ArrayList<>();
      for (State state : states) {
        for (int i = 0; i < damage[group].length; i++) {
          double reduced = state.reducedCost() + reducedCost[group][i];
          if (!isOpen(reduced)) {
            continue;
          }
          State next = extend(state, group, i, reduced);
          if (fits(next.weight(), slackable)) {
            extended.add(next);
            offer(next);
          }
        }
      }
      return extended;
    }

    private State extend(State state, int group, int entry, double reduced) {
      if (entry == cheapest[group]) {
        return state;
      }
      long[] weight = state.weight().clone();
      for (int c = 0; c < weight.length; c++) {
        weight[c] += weights[c][group][entry] - weights[c][group][cheapest[group]];
      }
      double changed = state.damage() + damage[group][entry] - damage[group][cheapest[group]];
      return new State(state, group, entry, weight, changed, reduced);
    }

    private boolean fits(long[] weight, long[] slackable) {
      for (int c = 0; c < room.length; c++) {
        if (weight[c] - slackable[c] > room[c]) {
          return false;
        }
      }
      return true;
    }

    /** Drops states for which another one is nowhere worse, then all but the most hopeful. */
    private List<State> undominated(List<State> states) {
      states.sort(
          Comparator.<State>comparingLong(s -> s.weight()[0])
              .thenComparingLong(s -> s.weight()[s.weight().length - 1])
              .thenComparingDouble(State::damage));
      Staircase seen = new Staircase();
      List<State> kept = new ArrayList<>();
      for (State state : states) {
        long last = room.length == 1 ? 0 : state.weight()[1];
        if (isOpen(state.reducedCost()) && seen.addIfLower(last, state.damage())) {
          kept.add(state);
        }
      }
      if (kept.size() > MAX_STATES) {
        proven = false;
        kept.sort(Comparator.comparingDouble(State::reducedCost));
        return kept.subList(0, MAX_STATES);
      }
      return kept;
    }

    private void offer(State state) {
      if (state.damage() < bestDamage && fits(state.weight(), new long[room.length])) {
        int[] options = cheapest.clone();
        for (State s = state; s != null && s.group() >= 0; s = s.parent()) {
          options[s.group()] = s.entry();
        }
        offer(options);
      }
    }

    private void offer(int[] options) {
      long[] weight = new long[room.length];
      for (int g = 0; g < options.length; g++) {
        add(weight, g, options[g]);
      }
      double sum = total(options);
      if (sum < bestDamage && fits(weight, new long[room.length])) {
        bestDamage = sum;
        best = options;
      }
    }

    private double total(int[] options) {
      double sum = 0;
      for (int g = 0; g < options.length; g++) {
        sum += damage[g][options[g]];
      }
      return sum;
    }

    private void add(long[] sum, int group, int entry) {
      for (int c = 0; c < sum.length; c++) {
        sum[c] += weights[c][group][entry];
      }
    }
  }
}
