package dev.mixtune.search;

import dev.mixtune.engine.Latency;
import dev.mixtune.engine.PairedScore;
import dev.mixtune.engine.Plan;
import org.jspecify.annotations.Nullable;

/**
 * What one candidate scored, or why it could not be scored. A failed candidate is data, not an
 * exception.
 *
 * @param plan the candidate
 * @param rounding whose weights it ran; plan and rounding together are its identity
 * @param score on the search split; null when failed
 * @param latency at the deployment batch; null when failed. Plans with one kernel signature carry
 *     the same latency
 * @param sizeBytes bytes of the deployable file; 0 when failed
 * @param storedWeightBits 8 x stored bytes of weights, scales, zero points and tables, by the
 *     number of weights; 0 when failed
 * @param kernelSignature names the kernels that the lowered plan runs
 * @param failure why there is no score; null when there is one
 */
public record Evaluation(
    Plan plan,
    Rounding rounding,
    @Nullable PairedScore score,
    @Nullable Latency latency,
    long sizeBytes,
    double storedWeightBits,
    String kernelSignature,
    @Nullable String failure) {

  public Evaluation {
    if ((failure == null) != (score != null && latency != null)) {
      throw new IllegalArgumentException(
          "an evaluation has either a score and a latency or a failure: " + plan.key());
    }
  }

  /** An evaluation with the library's weights. */
  public Evaluation(
      Plan plan,
      @Nullable PairedScore score,
      @Nullable Latency latency,
      long sizeBytes,
      double storedWeightBits,
      String kernelSignature,
      @Nullable String failure) {
    this(
        plan,
        Rounding.LIBRARY,
        score,
        latency,
        sizeBytes,
        storedWeightBits,
        kernelSignature,
        failure);
  }

  /** An evaluation of the library's weights that ended without a score. */
  public static Evaluation failed(Plan plan, String kernelSignature, String failure) {
    return new Evaluation(plan, null, null, 0, 0, kernelSignature, failure);
  }

  /**
   * A short name that is the same on every machine: the plan's, and for weights of its own with an
   * ending, such as {@code p3fa91c02d4-context}.
   */
  public String id() {
    return rounding == Rounding.LIBRARY ? plan.id() : plan.id() + "-" + rounding.id();
  }

  /** Whether there is no score. */
  public boolean isFailed() {
    return failure != null;
  }
}
