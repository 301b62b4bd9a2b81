package dev.mixtune.search.table;

/**
 * Damage that two layers cause together, on top of what each causes alone.
 *
 * @param layerA first layer
 * @param optionA its option
 * @param layerB second layer, another one
 * @param optionB its option
 * @param damage added (as one more part of the link) when both options are taken; may be negative
 */
public record PairTerm(int layerA, int optionA, int layerB, int optionB, double damage) {

  public PairTerm {
    if (layerA == layerB || !Double.isFinite(damage)) {
      throw new IllegalArgumentException(
          "pair of layers " + layerA + " and " + layerB + " with damage " + damage);
    }
  }

  /** Whether the plan takes both options. */
  boolean isActive(int[] plan) {
    return plan[layerA] == optionA && plan[layerB] == optionB;
  }
}
