package dev.mixtune.search;

import dev.mixtune.engine.Latency;
import dev.mixtune.engine.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * What the evaluations of a search say about plans that nobody has evaluated: one surrogate for
 * each of drop, latency and size, fitted once to all of them.
 *
 * <p>Entries that a search strikes out of its menus are kept: an explanation asks about them too.
 */
public final class PlanModel {
  private final SearchSpace space;
  private final Surrogate drop;
  private final Surrogate latency;
  private final Surrogate size;

  private PlanModel(SearchSpace space, Surrogate drop, Surrogate latency, Surrogate size) {
    this.space = space;
    this.drop = drop;
    this.latency = latency;
    this.size = size;
  }

  /**
   * A predicted figure.
   *
   * @param value what is expected
   * @param deviation standard deviation of what an evaluation would differ from it by
   */
  public record Figure(double value, double deviation) {}

  /**
   * What a plan is expected to come to.
   *
   * @param drop on the search split, a fraction
   * @param latencyRatio against the float model
   * @param sizeBytes of the deployable file
   */
  public record Prediction(Figure drop, Figure latencyRatio, Figure sizeBytes) {}

  /**
   * Fits everything that has a score and lies in the space; candidates that were given up count
   * with their estimate.
   *
   * @return empty when there are too few evaluations to fit
   */
  public static Optional<PlanModel> fit(SearchSpace space, List<Evaluation> evaluations) {
    List<int[]> plans = new ArrayList<>();
    List<Evaluation> known = new ArrayList<>();
    for (Evaluation evaluation : evaluations) {
      Optional<int[]> options = space.offeredOptions(evaluation.plan());
      if (options.isPresent()
          && evaluation.rounding() == Rounding.LIBRARY
          && evaluation.knownDrop().isPresent()) {
        plans.add(options.get());
        known.add(evaluation);
      }
    }
    Surrogate drop =
        new SurrogateTrainer(prior(space, MenuEntry::damage), true)
            .fit(plans, values(known, evaluation -> evaluation.knownDrop().orElseThrow()));
    Surrogate latency =
        new SurrogateTrainer(prior(space, MenuEntry::latencyCostMillis), false)
            .fit(plans, values(known, evaluation -> latency(evaluation).ratio()));
    Surrogate size =
        new SurrogateTrainer(prior(space, entry -> entry.storedBytes()), false)
            .fit(plans, values(known, evaluation -> evaluation.sizeBytes()));
    return drop == null || latency == null || size == null
        ? Optional.empty()
        : Optional.of(new PlanModel(space, drop, latency, size));
  }

  private static Latency latency(Evaluation evaluation) {
    return Objects.requireNonNull(evaluation.latency(), "whatever has a drop has a latency");
  }

  private static double[] values(List<Evaluation> known, ToDoubleFunction<Evaluation> figure) {
    return known.stream().mapToDouble(figure).toArray();
  }

  private static double[][] prior(SearchSpace space, ToDoubleFunction<MenuEntry> figure) {
    return space.offered().stream()
        .map(menu -> menu.entries().stream().mapToDouble(figure).toArray())
        .toArray(double[][]::new);
  }

  /**
   * What a plan is expected to come to.
   *
   * @throws IllegalArgumentException when the space does not offer the plan
   */
  public Prediction predict(Plan plan) {
    int[] options =
        space
            .offeredOptions(plan)
            .orElseThrow(
                () -> new IllegalArgumentException("plan outside the space: " + plan.key()));
    return new Prediction(figure(drop, options), figure(latency, options), figure(size, options));
  }

  private static Figure figure(Surrogate surrogate, int[] options) {
    return new Figure(surrogate.predict(options), surrogate.deviation(options));
  }
}
