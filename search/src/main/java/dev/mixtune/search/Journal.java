package dev.mixtune.search;

import dev.mixtune.engine.Latency;
import dev.mixtune.engine.Plan;
import java.util.List;
import java.util.Optional;

/**
 * Port: the durable memory of a study. What {@code record} was given is on disk when it returns.
 * Thread-safe.
 */
public interface Journal {

  /** Records an evaluation; a plan that is already there with this rounding is left as it is. */
  void record(Evaluation evaluation);

  /** The recorded evaluation of a plan with the library's weights. */
  Optional<Evaluation> find(Plan plan);

  /** All evaluations, in the order in which they were recorded. */
  List<Evaluation> evaluations();

  /** Records the latency of all plans with this kernel signature. */
  void recordLatency(String kernelSignature, Latency latency);

  /** The recorded latency of a kernel signature. */
  Optional<Latency> findLatency(String kernelSignature);
}
