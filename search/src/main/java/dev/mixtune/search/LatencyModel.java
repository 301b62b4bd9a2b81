package dev.mixtune.search;

import dev.mixtune.engine.Plan;

/** Port: a quick prediction of a plan's latency, used for seeds, never reported as measured. */
@FunctionalInterface
public interface LatencyModel {
  /** Predicted milliseconds at the deployment batch. */
  double millis(Plan plan);
}
