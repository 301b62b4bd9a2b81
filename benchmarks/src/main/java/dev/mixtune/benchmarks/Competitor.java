package dev.mixtune.benchmarks;

import dev.mixtune.search.table.Benchmarked;
import dev.mixtune.search.table.CountedDamages;
import dev.mixtune.search.table.FullTable;
import dev.mixtune.search.table.TableSearch;
import java.util.List;
import java.util.OptionalDouble;

/** A way to search a table instance. */
interface Competitor {

  /** The name in tables. */
  String name();

  /** Whether it does something else when it may evaluate more; otherwise one run serves all. */
  boolean plansAhead();

  /**
   * Evaluates plans until it has nothing left to ask or {@link CountedDamages.Spent} ends it.
   *
   * @param seed of all its randomness
   */
  void run(CountedDamages damages, long seed);

  /**
   * As above; a competitor that takes a limit is told where damage stops counting, where that is
   * given and not part of the answer.
   */
  default void run(CountedDamages damages, long seed, Benchmarked instance) {
    run(damages, seed);
  }

  /** All competitors, ours last. */
  static List<Competitor> all() {
    return List.of(
        new RandomPlans(),
        new GreedyChain(),
        new IsolatedKnapsack(),
        new JeneticsNsga2(),
        new MoeaNsga2(),
        new JMetalNsga2(),
        new Ours());
  }

  /** The product's own search. */
  final class Ours implements Competitor {
    @Override
    public String name() {
      return "Mixtune";
    }

    @Override
    public boolean plansAhead() {
      return true;
    }

    @Override
    public void run(CountedDamages damages, long seed) {
      TableSearch.run(damages, seed);
    }

    @Override
    public void run(CountedDamages damages, long seed, Benchmarked instance) {
      boolean limited = instance instanceof FullTable;
      TableSearch.run(
          damages,
          seed,
          limited ? OptionalDouble.of(instance.box().referenceDamage()) : OptionalDouble.empty());
    }
  }
}
