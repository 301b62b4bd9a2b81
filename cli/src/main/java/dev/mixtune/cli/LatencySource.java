package dev.mixtune.cli;

import dev.mixtune.engine.Energy;
import dev.mixtune.engine.Latency;
import dev.mixtune.engine.lowering.LoweredPlan;
import java.util.Optional;
import java.util.OptionalDouble;

/** Says how long a lowered plan takes on the target, and what energy where that is modelled. */
sealed interface LatencySource extends AutoCloseable permits HostLatency, ProfileLatency {

  /** The latency of a plan against the float model. */
  Latency latency(LoweredPlan plan);

  /**
   * Milliseconds of a plan as predicted without having timed it; empty while there is nothing to
   * predict from.
   */
  OptionalDouble predictedMillis(LoweredPlan plan);

  /** The modelled energy of a plan against the float model; empty where nothing says it. */
  default Optional<Energy> energy(LoweredPlan plan) {
    return Optional.empty();
  }

  /** Milliseconds of the float model. */
  double floatMillis();

  /** The share of a plan's time that is modelled and not measured, 0..1. */
  double modelledShare(LoweredPlan plan);

  /** Says where a plan's time comes from, in one sentence. */
  String basis(LoweredPlan plan);

  @Override
  void close();
}
