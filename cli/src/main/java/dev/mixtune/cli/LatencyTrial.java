package dev.mixtune.cli;

import dev.mixtune.engine.KernelUse;
import dev.mixtune.engine.UserException;
import dev.mixtune.hardware.LatencyTrainer;
import dev.mixtune.hardware.NetworkLatencyModel;
import dev.mixtune.hardware.PredictionError;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What became of predicting one network.
 *
 * @param network the task's name
 * @param layers number of layers
 * @param floatMillis milliseconds of the float model
 * @param fitted plans that the model was fitted to
 * @param fitSeconds spent on timing them
 * @param unseen plans that it had not seen
 * @param crossValidated the error that the model states of itself
 * @param repeated how far the times of unseen plans lay from those of the same plans timed again
 * @param profile what a profile says of the unseen plans; null when none was given
 */
record LatencyTrial(
    String network,
    int layers,
    double floatMillis,
    int fitted,
    double fitSeconds,
    List<Unseen> unseen,
    PredictionError crossValidated,
    PredictionError repeated,
    @Nullable ProfileTrial profile) {

  LatencyTrial {
    unseen = List.copyOf(unseen);
  }

  /**
   * A plan that was timed after the models were fitted. All figures are shares of the float model's
   * time.
   *
   * @param plan its key
   * @param measured the time
   * @param predicted by the model with boundaries
   * @param additive by the sum over layers
   */
  record Unseen(String plan, double measured, double predicted, double additive) {}

  /** A plan's kernels and its time. */
  record Timed(String plan, List<KernelUse> kernels, double ratio) {}

  /**
   * Fails when nothing can be fitted to so few plans.
   *
   * @param plans different plans that were timed
   */
  static void requireFitted(String network, int plans) {
    if (plans < LatencyTrainer.FEWEST) {
      throw new UserException(
          plans
              + " plans of '"
              + network
              + "' could be timed, a latency model needs "
              + LatencyTrainer.FEWEST,
          "Raise --fit-seconds, or take a network with more layers.");
    }
  }

  /** Fits both models, which saw enough plans, and predicts. */
  static List<Unseen> predictions(
      LatencyTrainer inContext, LatencyTrainer additive, List<Timed> unseen) {
    NetworkLatencyModel model = inContext.model().orElseThrow();
    NetworkLatencyModel control = additive.model().orElseThrow();
    List<Unseen> predicted = new ArrayList<>();
    for (Timed timed : unseen) {
      predicted.add(
          new Unseen(
              timed.plan(),
              timed.ratio(),
              model.ratio(timed.kernels()),
              control.ratio(timed.kernels())));
    }
    return predicted;
  }

  /** The error of the model with boundaries. */
  PredictionError inContext() {
    return PredictionError.of(
        unseen.stream().mapToDouble(Unseen::predicted).toArray(),
        unseen.stream().mapToDouble(Unseen::measured).toArray());
  }

  /** The error of the sum over layers. */
  PredictionError additive() {
    return PredictionError.of(
        unseen.stream().mapToDouble(Unseen::additive).toArray(),
        unseen.stream().mapToDouble(Unseen::measured).toArray());
  }

  /** Whether the model is as good as it is meant to be. */
  boolean meetsTargets() {
    PredictionError error = inContext();
    return error.withinTenth() >= 0.95
        && error.median() <= 0.025
        && error.rankCorrelation() >= 0.97
        && error.rankCorrelationOfFastest() >= 0.8;
  }

  /** The head of the table in Markdown. */
  static List<String> head() {
    return List.of(
        "| network | figure | plans | within 10 % | median error | 95 % within | rank correlation |"
            + " of the fastest quarter |",
        "|---|---|---|---|---|---|---|---|");
  }

  /** The rows of this network. */
  List<String> rows() {
    List<String> rows = new ArrayList<>();
    rows.add(row("**predicted**", inContext()));
    rows.add(row("sum over layers", additive()));
    if (profile != null) {
      rows.add(row("profile '" + profile.profile() + "'", profile.error()));
    }
    rows.add(row("stated by the model (leave-one-out)", crossValidated));
    rows.add(row("timed again (noise)", repeated));
    return rows;
  }

  private String row(String figure, PredictionError error) {
    return String.format(
        Locale.ROOT,
        "| %s | %s | %d | %.1f %% | %.2f %% | %.1f %% | %.3f | %.3f |",
        network,
        figure,
        error.plans(),
        100 * error.withinTenth(),
        100 * error.median(),
        100 * error.p95(),
        error.rankCorrelation(),
        error.rankCorrelationOfFastest());
  }

  /** How it was measured. */
  String sentence() {
    double fastest = unseen.stream().mapToDouble(Unseen::measured).min().orElse(Double.NaN);
    double slowest = unseen.stream().mapToDouble(Unseen::measured).max().orElse(Double.NaN);
    return String.format(
        Locale.ROOT,
        "%s: %d layers, float %.3f ms; fitted to %d plans timed in %.0f s; unseen plans take %.3f"
            + " to %.3f of the float model's time. Targets %s.%s",
        network,
        layers,
        floatMillis,
        fitted,
        fitSeconds,
        fastest,
        slowest,
        meetsTargets() ? "met" : "missed",
        profile == null ? "" : " " + profile.sentence(floatMillis));
  }
}
