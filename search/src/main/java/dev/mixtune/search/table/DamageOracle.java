package dev.mixtune.search.table;

/** Port: knows the damage of whole plans. */
@FunctionalInterface
public interface DamageOracle {

  /**
   * The damage of a plan; the same each time it is asked.
   *
   * @param plan one option index per layer
   */
  double damage(int[] plan);
}
