package dev.mixtune.cli;

import dev.mixtune.search.Evaluation;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What a plan may cost.
 *
 * @param sizeBytes of the file
 * @param latencyMillis of one inference
 */
record Limits(OptionalLong sizeBytes, OptionalDouble latencyMillis) {

  static Limits of(RunOptions options) {
    return new Limits(options.maxSizeBytes(), options.maxLatencyMillis());
  }

  boolean areMetBy(Evaluation evaluation) {
    return worstShare(evaluation) <= 1;
  }

  /** The largest of the costs as shares of their limits: above 1 when one is missed. */
  double worstShare(Evaluation evaluation) {
    double size = sizeBytes.isEmpty() ? 0 : (double) evaluation.sizeBytes() / sizeBytes.getAsLong();
    double time =
        latencyMillis.isEmpty()
            ? 0
            : Choice.latency(evaluation).millis() / latencyMillis.getAsDouble();
    return Math.max(size, time);
  }
}
