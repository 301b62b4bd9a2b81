package dev.mixtune.training.tuning;

import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.calibration.Calibration;
import dev.mixtune.engine.calibration.Calibrator;
import dev.mixtune.engine.calibration.RangeMethods;
import dev.mixtune.engine.fitting.FittingSettings;
import dev.mixtune.engine.fitting.NetworkRounding;
import dev.mixtune.engine.fitting.RangeFitting;
import dev.mixtune.engine.graph.Network;
import dev.mixtune.engine.rounding.RoundingLibrary;
import dev.mixtune.engine.runtime.OrtRuntime;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;

/**
 * Activation ranges and rounded weights that training starts from: what a study makes, the weights
 * rounded for the plan itself.
 *
 * @param calibration ranges of the activations
 * @param library weights and biases of the plan
 */
public record StartingPoint(Calibration calibration, RoundingLibrary library) {
  private static final String FIRST_RANGES = "mse";

  /**
   * Rounds a plan.
   *
   * @param batches calibration samples; the same ones at each call
   * @param executor spreads the work; not the caller's own
   */
  public static StartingPoint of(
      Network network,
      Plan plan,
      OrtRuntime runtime,
      Supplier<Iterable<Map<String, Tensor>>> batches,
      ExecutorService executor) {
    Calibration calibration = ranges(network, runtime, batches, executor);
    return new StartingPoint(
        calibration,
        new NetworkRounding(network, runtime, calibration, FittingSettings.defaults(), executor)
            .roundFor(plan, batches, (done, total, name) -> {})
            .library());
  }

  /** Rounds to every width of the defaults, for any plan. */
  public static StartingPoint ofAllWidths(
      Network network,
      OrtRuntime runtime,
      Supplier<Iterable<Map<String, Tensor>>> batches,
      ExecutorService executor) {
    Calibration calibration = ranges(network, runtime, batches, executor);
    return new StartingPoint(
        calibration,
        new NetworkRounding(network, runtime, calibration, FittingSettings.defaults(), executor)
            .round(batches, (done, total, name) -> {})
            .library());
  }

  private static Calibration ranges(
      Network network,
      OrtRuntime runtime,
      Supplier<Iterable<Map<String, Tensor>>> batches,
      ExecutorService executor) {
    Calibration observed =
        new Calibrator(runtime, 1).run(network, batches.get(), RangeMethods.named(FIRST_RANGES));
    return new RangeFitting(network, runtime, executor)
        .fit(observed, batches, (done, total, name) -> {})
        .calibration();
  }
}
