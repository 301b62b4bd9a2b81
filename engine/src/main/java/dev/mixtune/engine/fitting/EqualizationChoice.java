package dev.mixtune.engine.fitting;

import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.calibration.Calibration;
import dev.mixtune.engine.calibration.Calibrator;
import dev.mixtune.engine.calibration.RangeMethod;
import dev.mixtune.engine.graph.Equalization;
import dev.mixtune.engine.graph.Network;
import dev.mixtune.engine.lowering.PlanLowering;
import dev.mixtune.engine.rounding.RoundingLibrary;
import dev.mixtune.engine.rounding.RoundingMethods;
import dev.mixtune.engine.runtime.OrtRuntime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Whether equalized weights are better to round, by measurement: outputs of the plainly rounded
 * uniform networks against the float network's, on calibration samples, before and after.
 *
 * @param equalization the pairs, and the network with equalized weights
 * @param comparisons one for each width that was tried; empty when there are no pairs
 */
public record EqualizationChoice(Equalization equalization, List<Comparison> comparisons) {
  private static final List<Integer> WIDTHS = List.of(8, 4);
  private static final String PLAIN = "mse";

  public EqualizationChoice {
    comparisons = List.copyOf(comparisons);
  }

  /**
   * Output error of a uniform network: mean squared difference over the variance of the float
   * outputs.
   *
   * @param bits of every layer
   * @param before with the model's own weights
   * @param after with equalized weights
   */
  public record Comparison(int bits, double before, double after) {}

  /**
   * Measures.
   *
   * @param network as imported
   * @param runtime runs it
   * @param batches calibration inputs; asked for anew for every run
   * @param ranges chooses activation ranges on both sides
   */
  public static EqualizationChoice of(
      Network network,
      OrtRuntime runtime,
      Supplier<? extends Iterable<Map<String, Tensor>>> batches,
      RangeMethod ranges) {
    Equalization equalization = Equalization.of(network);
    if (equalization.pairs().isEmpty()) {
      return new EqualizationChoice(equalization, List.of());
    }
    OutputDistance distance =
        new OutputDistance(
            HeldBackAnswers.of(runtime, network.originalModel(), batches.get(), /* every= */ 1));
    List<List<Double>> errors = new ArrayList<>();
    for (Network candidate : List.of(network, equalization.network())) {
      Calibration calibration =
          new Calibrator(runtime, /* threads= */ 1).run(candidate, batches.get(), ranges);
      RoundingLibrary plain = new RoundingLibrary(candidate, RoundingMethods.named(PLAIN));
      PlanLowering lowering = new PlanLowering(candidate, calibration, plain);
      List<Double> found = new ArrayList<>();
      for (int bits : WIDTHS) {
        Plan plan = UniformPlans.of(candidate, bits);
        byte[] model = lowering.lower(plan).model();
        found.add(distance.to(HeldBackAnswers.of(runtime, model, batches.get(), /* every= */ 1)));
      }
      errors.add(found);
    }
    List<Comparison> comparisons = new ArrayList<>();
    for (int i = 0; i < WIDTHS.size(); i++) {
      comparisons.add(new Comparison(WIDTHS.get(i), errors.get(0).get(i), errors.get(1).get(i)));
    }
    return new EqualizationChoice(equalization, comparisons);
  }

  /** Whether equalized weights err less at every width. */
  public boolean isUsed() {
    return !comparisons.isEmpty()
        && comparisons.stream().allMatch(comparison -> comparison.after() < comparison.before());
  }

  /** The network to study: with equalized weights where they are used, else as it was. */
  public Network network(Network original) {
    return isUsed() ? equalization.network() : original;
  }
}
