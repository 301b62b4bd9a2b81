package dev.mixtune.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mixtune.engine.Basis;
import dev.mixtune.engine.KernelUse;
import dev.mixtune.engine.Latency;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.lowering.LoweredPlan;
import dev.mixtune.hardware.LatencyTrainer;
import dev.mixtune.hardware.NetworkLatencyModel;
import dev.mixtune.hardware.PredictionError;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a study knows about the time of plans that it has not timed: a model of this network on this
 * machine that learns from each plan that is timed.
 *
 * <p>Predictions may be asked for from any thread; one at a time learns, and none is asked for
 * while the model is fitted again.
 */
final class HostPredictions {
  /** A model is believed when 95 % of the plans that it had not seen lie within this. */
  private static final double TRUSTED = 0.10;

  private static final int FEWEST_TO_TRUST = 16;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final LatencyTrainer trainer = LatencyTrainer.inContext();
  private final Map<String, Double> ratiosByPlan = new LinkedHashMap<>();
  private final double floatMillis;
  private @Nullable NetworkLatencyModel current;

  /**
   * @param floatMillis milliseconds of the float model
   */
  HostPredictions(double floatMillis) {
    this.floatMillis = floatMillis;
  }

  /** Learns from a timed plan. */
  void learn(Plan plan, List<KernelUse> kernels, double ratio) {
    if (ratiosByPlan.putIfAbsent(plan.key(), ratio) == null) {
      trainer.add(kernels, ratio);
    }
  }

  /** Different plans learned from, by their kernels. */
  int plans() {
    return trainer.plans();
  }

  /**
   * Fits the model to everything learned so far. Until then predictions come from the fit before:
   * one after each timed plan would cost more than it brings.
   */
  void refit() {
    current = trainer.model().orElse(null);
  }

  /** The error on plans that were not seen, as of now; empty while there is no model. */
  Optional<PredictionError> error() {
    refit();
    return Optional.ofNullable(current).map(NetworkLatencyModel::error);
  }

  /** Whether predictions may decide what is not worth timing. */
  boolean isTrusted() {
    return current != null
        && current.error().plans() >= FEWEST_TO_TRUST
        && current.error().p95() <= TRUSTED;
  }

  /** The predicted latency, with the error that 95 % of predictions stay within. */
  Optional<Latency> latency(LoweredPlan lowered) {
    return Optional.ofNullable(current)
        .map(model -> latency(model, model.ratio(lowered.kernels())));
  }

  /**
   * The latency as predicted, as of now, without having timed this plan: for one that was timed, by
   * the model of all others.
   */
  Optional<Latency> foreseen(LoweredPlan lowered) {
    refit();
    return Optional.ofNullable(current)
        .map(model -> latency(model, model.ratioUnseen(lowered.kernels())));
  }

  private Latency latency(NetworkLatencyModel model, double ratio) {
    return new Latency(ratio * floatMillis, ratio, model.error().p95(), Basis.MODELLED);
  }

  /** What was learned from, to be read by {@link #recall}. */
  String write() {
    try {
      return JSON.writeValueAsString(ratiosByPlan);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("texts and numbers are always JSON", e);
    }
  }

  /**
   * Learns again what an earlier run of the study had timed.
   *
   * @param kernels of a plan
   */
  void recall(String written, Function<Plan, List<KernelUse>> kernels) {
    try {
      JSON.readValue(written, new TypeReference<LinkedHashMap<String, Double>>() {})
          .forEach(
              (key, ratio) -> {
                Plan plan = Plan.parse(key);
                learn(plan, kernels.apply(plan), ratio);
              });
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the study's timed plans are damaged", e);
    }
    refit();
  }
}
