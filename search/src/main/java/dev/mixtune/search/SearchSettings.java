package dev.mixtune.search;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * How a search runs. The sequence of plans depends on the seed, the objectives and the sizes; a
 * larger {@code maxEvaluations} goes on where a smaller one ended.
 *
 * @param seed of all randomness
 * @param objectives what counts
 * @param reference corner of the hypervolume
 * @param populationSize the most new plans per generation and per batch; at least 2. Up to three
 *     times as many parents are kept
 * @param maxEvaluations the most plans that are evaluated, failed ones included; exact; at least 1
 * @param noProgressGenerations end after the plans of so many whole generations in a row gained too
 *     little; at least 1
 * @param minHypervolumeGain what a generation must gain, as a fraction of the hypervolume so far
 * @param knapsackLimits limits per knapsack sweep; at least 2
 * @param greedyPlans plans kept from each greedy path; at least 2
 */
public record SearchSettings(
    long seed,
    Set<Objective> objectives,
    ReferencePoint reference,
    int populationSize,
    int maxEvaluations,
    int noProgressGenerations,
    double minHypervolumeGain,
    int knapsackLimits,
    int greedyPlans) {

  /**
   * Enough to keep several workers busy beside the choosing, few enough to learn from before the
   * next ones are chosen. With 8 a fifth of ResNet-20's time went outside the runs, with 16 an
   * eighth.
   */
  private static final int LEAST_GENERATION = 16;

  /** With so many known plans for each new one, another look changes little. */
  private static final int KNOWN_PER_NEW = 24;

  public SearchSettings {
    if (objectives.isEmpty()) {
      throw new IllegalArgumentException("a search needs an objective");
    }
    objectives = Collections.unmodifiableSet(EnumSet.copyOf(objectives));
    atLeast(2, populationSize, "populationSize");
    atLeast(1, maxEvaluations, "maxEvaluations");
    atLeast(1, noProgressGenerations, "noProgressGenerations");
    atLeast(2, knapsackLimits, "knapsackLimits");
    atLeast(2, greedyPlans, "greedyPlans");
    if (!(minHypervolumeGain >= 0)) {
      throw new IllegalArgumentException("minHypervolumeGain " + minHypervolumeGain);
    }
  }

  /** The usual settings: the usual objectives, no limit on evaluations. */
  public static SearchSettings standard(long seed, ReferencePoint reference) {
    return new SearchSettings(
        seed, Objective.USUAL, reference, 32, Integer.MAX_VALUE, 15, 1e-4, 20, 32);
  }

  /**
   * New plans of the next generation: few while each one teaches much, then up to the population
   * size.
   *
   * @param known evaluations so far
   */
  int generationSize(int known) {
    return Math.min(populationSize, Math.max(LEAST_GENERATION, known / KNOWN_PER_NEW));
  }

  /** These settings with other objectives. */
  public SearchSettings withObjectives(Set<Objective> wanted) {
    return new SearchSettings(
        seed,
        wanted,
        reference,
        populationSize,
        maxEvaluations,
        noProgressGenerations,
        minHypervolumeGain,
        knapsackLimits,
        greedyPlans);
  }

  /** These settings with another population size. */
  public SearchSettings withPopulationSize(int wanted) {
    return new SearchSettings(
        seed,
        objectives,
        reference,
        wanted,
        maxEvaluations,
        noProgressGenerations,
        minHypervolumeGain,
        knapsackLimits,
        greedyPlans);
  }

  /** These settings with another limit on evaluations. */
  public SearchSettings withMaxEvaluations(int wanted) {
    return new SearchSettings(
        seed,
        objectives,
        reference,
        populationSize,
        wanted,
        noProgressGenerations,
        minHypervolumeGain,
        knapsackLimits,
        greedyPlans);
  }

  /** These settings with another patience. */
  public SearchSettings withPatience(int generations, double minGain) {
    return new SearchSettings(
        seed,
        objectives,
        reference,
        populationSize,
        maxEvaluations,
        generations,
        minGain,
        knapsackLimits,
        greedyPlans);
  }

  private static void atLeast(int least, int value, String name) {
    if (value < least) {
      throw new IllegalArgumentException(name + " " + value + " is below " + least);
    }
  }
}
