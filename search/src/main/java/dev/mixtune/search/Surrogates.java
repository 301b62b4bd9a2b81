package dev.mixtune.search;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** One surrogate per objective, fitted to everything that was evaluated. */
final class Surrogates {
  private final SearchSpace space;
  private final Set<Objective> objectives;
  private final SurrogateTrainer damageTrainer;
  private final SurrogateTrainer latencyTrainer;
  private final SurrogateTrainer sizeTrainer;
  private final SurrogateTrainer energyTrainer;
  private @Nullable Surrogate damage;
  private @Nullable Surrogate latency;
  private @Nullable Surrogate size;
  private @Nullable Surrogate energy;

  Surrogates(SearchSpace space, Set<Objective> objectives) {
    this.space = space;
    this.objectives = objectives;
    this.damageTrainer = new SurrogateTrainer(prior(space, MenuEntry::damage), true);
    this.latencyTrainer = new SurrogateTrainer(prior(space, MenuEntry::latencyCostMillis), false);
    this.sizeTrainer = new SurrogateTrainer(prior(space, MenuEntry::storedBytes), false);
    // What is fast executes little: until there are figures, time stands in for energy.
    this.energyTrainer = new SurrogateTrainer(prior(space, MenuEntry::latencyCostMillis), false);
  }

  private static double[][] prior(SearchSpace space, ToDoubleFunction<MenuEntry> figure) {
    return space.menus().stream()
        .map(menu -> menu.entries().stream().mapToDouble(figure).toArray())
        .toArray(double[][]::new);
  }

  /** Fits all of them; false when there is too little to fit. */
  boolean fit(List<Evaluation> evaluations) {
    List<int[]> plans = new ArrayList<>();
    List<Evaluation> scored = new ArrayList<>();
    for (Evaluation evaluation : evaluations) {
      // Of a discarded plan the estimate serves: without it, what was too good to be true would be
      // predicted again.
      if (evaluation.knownDrop().isPresent() && space.contains(evaluation.plan())) {
        plans.add(space.options(evaluation.plan()));
        scored.add(evaluation);
      }
    }
    damage =
        damageTrainer.fit(
            plans, scored.stream().mapToDouble(e -> e.knownDrop().orElseThrow()).toArray());
    if (objectives.contains(Objective.LATENCY)) {
      latency = latencyTrainer.fit(plans, values(scored, Objective.LATENCY));
    }
    if (objectives.contains(Objective.SIZE)) {
      size = sizeTrainer.fit(plans, values(scored, Objective.SIZE));
    }
    if (objectives.contains(Objective.ENERGY)) {
      energy = energyTrainer.fit(plans, values(scored, Objective.ENERGY));
    }
    return damage != null;
  }

  private static double[] values(List<Evaluation> evaluations, Objective objective) {
    return evaluations.stream().mapToDouble(objective::of).toArray();
  }

  Surrogate damage() {
    return Objects.requireNonNull(damage, "not fitted");
  }

  @Nullable Surrogate latency() {
    return latency;
  }

  double drop(int[] options) {
    return damage().predict(options);
  }

  /** A plan's objectives as shares of the reference point, the drop first. */
  ExpectedGain.Prediction predict(int[] options, SearchSettings settings) {
    double[] shares = new double[objectives.size()];
    double deviation = 0;
    int axis = 0;
    for (Objective objective : objectives) {
      double reference = settings.reference().of(objective);
      shares[axis++] = Math.max(0, surrogate(objective).predict(options) / reference);
      if (objective == Objective.ACCURACY) {
        deviation = surrogate(objective).deviation(options) / reference;
      }
    }
    return new ExpectedGain.Prediction(shares, deviation);
  }

  /** An evaluation's objectives as shares of the reference point, in the same order. */
  double[] shares(Evaluation evaluation, SearchSettings settings) {
    return objectives.stream()
        .mapToDouble(o -> Math.max(0, o.of(evaluation) / settings.reference().of(o)))
        .toArray();
  }

  private Surrogate surrogate(Objective objective) {
    return Objects.requireNonNull(
        switch (objective) {
          case ACCURACY -> damage;
          case LATENCY -> latency;
          case SIZE -> size;
          case ENERGY -> energy;
        },
        "not fitted");
  }
}
