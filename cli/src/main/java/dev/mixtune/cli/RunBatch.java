package dev.mixtune.cli;

import dev.mixtune.engine.Layer;
import dev.mixtune.engine.UserException;
import java.util.List;

/**
 * How many samples each run of the model takes.
 *
 * @param deployment samples of one timed inference
 * @param scoring samples per run where only the answers matter
 * @param fixed whether the model takes no other batch, so that short batches are filled up
 */
record RunBatch(int deployment, int scoring, boolean fixed) {
  /** A batch whose largest activation exceeds this falls out of the caches. */
  private static final long CACHED_BYTES = 16L << 20;

  private static final int LARGEST = 64;

  /** What latency.batch is when the task file leaves it out. */
  private static final int UNASKED = 1;

  /**
   * The model's own batch; without one, the batch that the task asks for when timing, and as many
   * samples as keep the largest activation in the caches when scoring.
   *
   * @param inputShape of the model's first input; open axes are -1
   * @param asked latency.batch of the task
   * @param isText whether samples are texts, which are scored one by one
   * @throws UserException when the task asks for another batch than the model's own
   */
  static RunBatch of(List<Long> inputShape, int asked, boolean isText, List<Layer> layers) {
    long axis = inputShape.isEmpty() ? -1 : inputShape.get(0);
    if (axis <= 0) {
      return new RunBatch(asked, isText ? 1 : cached(layers), false);
    }
    if (asked != axis && asked != UNASKED) {
      throw new UserException(
          "latency.batch is " + asked + ", and the model's batch is fixed at " + axis,
          "Leave latency.batch out, or export the model with an open batch axis");
    }
    int own = Math.toIntExact(axis);
    return new RunBatch(own, own, true);
  }

  private static int cached(List<Layer> layers) {
    long largest = 1;
    for (Layer layer : layers) {
      largest = Math.max(largest, product(layer.inputShape()));
      largest = Math.max(largest, product(layer.outputShape()));
    }
    return (int) Math.max(1, Math.min(LARGEST, CACHED_BYTES / (largest * Float.BYTES)));
  }

  private static long product(List<Long> shape) {
    return shape.stream().mapToLong(Long::longValue).reduce(1, Math::multiplyExact);
  }
}
