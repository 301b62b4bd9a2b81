package dev.mixtune.search;

import dev.mixtune.engine.Plan;
import dev.mixtune.engine.RankCorrelation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * Decides what a generation pays for: fits surrogates to all evaluations, solves the front on them,
 * and takes from solved plans and bred offspring those that are expected to add most.
 *
 * <p>Where predictions do not rank what was measured, three quarters of the next generation are
 * bred as if there were no surrogate.
 */
final class Guide {
  private static final double TRUSTED = 0.3;
  private static final int FEWEST_TO_JUDGE = 8;

  /** One in so many plans of a generation is an optimum at a limit that people name. */
  private static final int NAMED_PART = 4;

  /** Share of the reference drop below which an error does not move an optimum. */
  private static final double NEARLY_EXACT = 1e-4;

  /** One in so many plans of a generation is bred and paid for unseen. */
  private static final int UNGUIDED_PART = 8;

  /** Share of the reference drop below which a surrogate's error hides no plan. */
  private static final double FAIRLY_EXACT = 0.01;

  private final SearchSpace space;
  private final SearchSettings settings;
  private final Archive archive;
  private final Solver solver;
  private final Surrogates surrogates;
  private boolean fitted;
  private int plansBelowNoise;
  private Map<Plan, Double> predicted = new LinkedHashMap<>();
  private OptionalDouble rankCorrelation = OptionalDouble.empty();

  Guide(SearchSpace space, SearchSettings settings, Archive archive, List<Plan> spare) {
    this.space = space;
    this.settings = settings;
    this.archive = archive;
    this.surrogates = new Surrogates(space, settings.objectives());
    this.solver = new Solver(space, settings.objectives(), spare);
  }

  /**
   * The plans that a generation evaluates.
   *
   * @param offspring what was bred, new and distinct
   */
  List<Plan> choose(List<Plan> offspring, int generation) {
    int size = settings.generationSize(archive.size());
    fitted = surrogates.fit(archive.evaluations());
    if (!fitted) {
      plansBelowNoise = 0;
      return offspring.subList(0, Math.min(size, offspring.size()));
    }
    Set<Plan> pool = new LinkedHashSet<>();
    for (int[] options : solver.solve(surrogates, generation)) {
      pool.add(space.plan(options));
    }
    pool.addAll(offspring);
    pool.removeIf(archive::knows);
    boolean trusted = rankCorrelation.orElse(1) >= TRUSTED;
    int guided = trusted ? size - unguided(size) : size / 4;
    Set<Plan> chosen = new LinkedHashSet<>(named(size / NAMED_PART));
    pool.removeAll(chosen);
    chosen.addAll(best(new ArrayList<>(pool), guided - chosen.size(), chosen));
    for (Plan plan : offspring) {
      if (chosen.size() < size) {
        chosen.add(plan);
      }
    }
    boolean lost = trusted && isLostInNoise(chosen);
    plansBelowNoise = lost ? plansBelowNoise + chosen.size() : 0;
    predicted = new LinkedHashMap<>();
    for (Plan plan : chosen) {
      predicted.put(plan, surrogates.drop(space.options(plan)));
    }
    return List.copyOf(chosen);
  }

  /**
   * Offspring that are paid for unseen, because what misleads the surrogate cannot come from it.
   */
  private int unguided(int size) {
    boolean exact = surrogates.damage().noise() <= FAIRLY_EXACT * settings.reference().drop();
    return exact ? 0 : Math.max(1, size / UNGUIDED_PART);
  }

  /** Optima at limits that people name, once the surrogate is nearly exact. */
  private List<Plan> named(int count) {
    double mostError = NEARLY_EXACT * settings.reference().drop();
    return solver.atNamedLimits(surrogates, mostError).stream()
        .map(space::plan)
        .distinct()
        .filter(plan -> !archive.knows(plan))
        .limit(count)
        .toList();
  }

  /**
   * Plans of the generations in a row, up to the latest, in which trusted predictions expected less
   * gain than the measurement's own error could hide or fake.
   */
  int plansBelowNoise() {
    return plansBelowNoise;
  }

  private boolean isLostInNoise(Collection<Plan> chosen) {
    double error = GainAndNoise.usualError(archive.frontier()) / settings.reference().drop();
    return error > 0
        && GainAndNoise.of(
                new ExpectedGain(front(), settings.objectives().size()), predictions(chosen), error)
            .isLostInNoise();
  }

  private List<double[]> front() {
    return archive.frontier().stream().map(e -> surrogates.shares(e, settings)).toList();
  }

  private List<ExpectedGain.Prediction> predictions(Collection<Plan> plans) {
    return plans.stream().map(plan -> surrogates.predict(space.options(plan), settings)).toList();
  }

  private List<Plan> best(List<Plan> pool, int count, Set<Plan> taken) {
    List<ExpectedGain.Prediction> predictions = predictions(pool);
    List<double[]> front = new ArrayList<>(front());
    predictions(taken).forEach(prediction -> front.add(prediction.coordinates()));
    List<Integer> order =
        new ArrayList<>(
            new ExpectedGain(front, settings.objectives().size()).choose(predictions, count));
    if (order.size() < count) {
      Set<Integer> inOrder = new LinkedHashSet<>(order);
      double[] excess = new double[pool.size()];
      List<Integer> rest = new ArrayList<>();
      for (int i = 0; i < pool.size(); i++) {
        if (!inOrder.contains(i)) {
          excess[i] = excess(predictions.get(i).coordinates(), front);
          rest.add(i);
        }
      }
      rest.sort(Comparator.comparingDouble(i -> excess[i]));
      order.addAll(rest.subList(0, Math.min(rest.size(), count - order.size())));
    }
    return order.stream().map(pool::get).toList();
  }

  /** By how much the first coordinate is worse than that of what is no worse in the others. */
  private static double excess(double[] point, List<double[]> front) {
    double least = Double.POSITIVE_INFINITY;
    for (double[] other : front) {
      boolean noWorse = true;
      for (int axis = 1; axis < point.length; axis++) {
        noWorse &= other[axis] <= point[axis];
      }
      if (noWorse) {
        least = Math.min(least, other[0]);
      }
    }
    return least == Double.POSITIVE_INFINITY ? 0 : point[0] - least;
  }

  /** What each entry adds to the drop, as last fitted; empty before the first fit. */
  Optional<double[][]> damages() {
    return fitted ? Optional.of(surrogates.damage().mains()) : Optional.empty();
  }

  /** How well the latest predictions ranked what was then measured; empty when there were none. */
  OptionalDouble judge() {
    List<double[]> both = new ArrayList<>();
    predicted.forEach(
        (plan, drop) ->
            archive
                .find(plan)
                .map(Evaluation::knownDrop)
                .ifPresent(known -> known.ifPresent(d -> both.add(new double[] {drop, d}))));
    double correlation = both.size() < FEWEST_TO_JUDGE ? Double.NaN : RankCorrelation.of(both);
    rankCorrelation =
        Double.isNaN(correlation) ? OptionalDouble.empty() : OptionalDouble.of(correlation);
    return rankCorrelation;
  }
}
