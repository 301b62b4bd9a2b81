package dev.mixtune.cli;

import dev.mixtune.engine.KernelUse;
import dev.mixtune.hardware.PredictionError;
import dev.mixtune.hardware.ProfileLatencyModel;
import dev.mixtune.hardware.ProfileTarget;
import java.util.List;
import java.util.Locale;

/**
 * What a profile, which saw no run of the network, says of the plans that another model was judged
 * by.
 *
 * @param profile the profile's name
 * @param floatMillis what it says of the float model, in milliseconds
 * @param ratios what it says of each plan, by what it says of the float model
 * @param error of these ratios
 */
record ProfileTrial(
    String profile, double floatMillis, List<Double> ratios, PredictionError error) {
  private static final double MOST_ERROR = 0.12;
  private static final double LEAST_RANK = 0.9;

  ProfileTrial {
    ratios = List.copyOf(ratios);
  }

  /**
   * Predicts.
   *
   * @param target the profile
   * @param floatKernels what the float model runs
   * @param unseen plans that were timed
   */
  static ProfileTrial of(
      ProfileTarget target, List<KernelUse> floatKernels, List<LatencyTrial.Timed> unseen) {
    ProfileLatencyModel model = target.latencyModel();
    List<Double> ratios =
        unseen.stream().map(plan -> model.latency(plan.kernels(), floatKernels).ratio()).toList();
    return new ProfileTrial(
        target.name(),
        model.predict(floatKernels).millis(),
        ratios,
        PredictionError.of(
            ratios.stream().mapToDouble(Double::doubleValue).toArray(),
            unseen.stream().mapToDouble(LatencyTrial.Timed::ratio).toArray()));
  }

  /** Whether it is as good as a profile that knows nothing of the network is meant to be. */
  boolean meetsTargets() {
    return error.median() <= MOST_ERROR && error.rankCorrelation() >= LEAST_RANK;
  }

  /**
   * How it did, beside the measured time.
   *
   * @param measuredMillis of the float model
   */
  String sentence(double measuredMillis) {
    return String.format(
        Locale.ROOT,
        "Profile '%s', without a run of the network: float model %.3f ms, %.0f %% %s than measured."
            + " Targets (median error %.0f %%, rank correlation %.1f) %s.",
        profile,
        floatMillis,
        100 * Math.abs(floatMillis / measuredMillis - 1),
        floatMillis < measuredMillis ? "less" : "more",
        100 * MOST_ERROR,
        LEAST_RANK,
        meetsTargets() ? "met" : "missed");
  }
}
