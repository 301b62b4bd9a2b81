package dev.mixtune.search;

import java.util.OptionalDouble;

/**
 * Where a search stands.
 *
 * @param generation 0 while seeds are evaluated
 * @param evaluations plans evaluated so far, failed ones included
 * @param frontierSize plans on the frontier
 * @param hypervolume of the frontier, 0..1
 * @param rankCorrelation Spearman's rank correlation, -1..1, between the drops that the surrogate
 *     predicted for the latest generation and those that were measured; empty when nothing was
 *     predicted
 */
public record Progress(
    int generation,
    int evaluations,
    int frontierSize,
    double hypervolume,
    OptionalDouble rankCorrelation) {

  /** Progress of a search without predictions. */
  public Progress(int generation, int evaluations, int frontierSize, double hypervolume) {
    this(generation, evaluations, frontierSize, hypervolume, OptionalDouble.empty());
  }
}
