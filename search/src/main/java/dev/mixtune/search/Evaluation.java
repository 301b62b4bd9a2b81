package dev.mixtune.search;

import dev.mixtune.engine.Energy;
import dev.mixtune.engine.Latency;
import dev.mixtune.engine.PairedScore;
import dev.mixtune.engine.Plan;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * What one candidate scored, or why it has no score: it failed, or it was discarded on the way up
 * the fidelity ladder. Both are data, not exceptions.
 *
 * @param plan the candidate
 * @param rounding whose weights it ran; plan and rounding together are its identity
 * @param score on the whole search split; null when failed or discarded
 * @param latency at the deployment batch; null when failed. Plans with one kernel signature carry
 *     the same latency
 * @param sizeBytes bytes of the deployable file; 0 when failed
 * @param storedWeightBits 8 x stored bytes of weights, scales, zero points and tables, by the
 *     number of weights; 0 when failed
 * @param kernelSignature names the kernels that the lowered plan runs
 * @param failure why it could not be scored; null when it could
 * @param climb how it fared on parts of the search split; null when it was not looked at in parts
 * @param energy modelled, at the deployment batch; null when failed, and where the target does not
 *     model it or nobody asked. Plans with one kernel signature carry the same energy
 */
public record Evaluation(
    Plan plan,
    Rounding rounding,
    @Nullable PairedScore score,
    @Nullable Latency latency,
    long sizeBytes,
    double storedWeightBits,
    String kernelSignature,
    @Nullable String failure,
    @Nullable Climb climb,
    @Nullable Energy energy) {

  public Evaluation {
    boolean discarded = climb != null && climb.discard() != null;
    if ((failure == null) != (latency != null && (score != null) != discarded)) {
      throw new IllegalArgumentException(
          "an evaluation has a latency and either a score or a discard, or a failure: "
              + plan.key());
    }
  }

  /** An evaluation without energy. */
  public Evaluation(
      Plan plan,
      Rounding rounding,
      @Nullable PairedScore score,
      @Nullable Latency latency,
      long sizeBytes,
      double storedWeightBits,
      String kernelSignature,
      @Nullable String failure,
      @Nullable Climb climb) {
    this(
        plan,
        rounding,
        score,
        latency,
        sizeBytes,
        storedWeightBits,
        kernelSignature,
        failure,
        climb,
        /* energy= */ null);
  }

  /** An evaluation that was not looked at in parts. */
  public Evaluation(
      Plan plan,
      Rounding rounding,
      @Nullable PairedScore score,
      @Nullable Latency latency,
      long sizeBytes,
      double storedWeightBits,
      String kernelSignature,
      @Nullable String failure) {
    this(
        plan,
        rounding,
        score,
        latency,
        sizeBytes,
        storedWeightBits,
        kernelSignature,
        failure,
        /* climb= */ null);
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

  /** This evaluation with another latency. */
  public Evaluation withLatency(Latency other) {
    return new Evaluation(
        plan,
        rounding,
        score,
        other,
        sizeBytes,
        storedWeightBits,
        kernelSignature,
        failure,
        climb,
        energy);
  }

  /** This evaluation with the energy of its kernels. */
  public Evaluation withEnergy(@Nullable Energy modelled) {
    return new Evaluation(
        plan,
        rounding,
        score,
        latency,
        sizeBytes,
        storedWeightBits,
        kernelSignature,
        failure,
        climb,
        modelled);
  }

  /**
   * A short name that is the same on every machine: the plan's, and for weights of its own with an
   * ending, such as {@code p3fa91c02d4-context}.
   */
  public String id() {
    return rounding == Rounding.LIBRARY ? plan.id() : plan.id() + "-" + rounding.id();
  }

  /** Whether there is no score: it failed, or was discarded. */
  public boolean isFailed() {
    return score == null;
  }

  /** Whether it was discarded because another one is better for certain. */
  public boolean isDiscarded() {
    return climb != null && climb.discard() != null;
  }

  /** The drop on the search split; estimated when discarded, empty when it failed. */
  OptionalDouble knownDrop() {
    if (score != null) {
      return OptionalDouble.of(score.drop());
    }
    return climb != null && climb.discard() != null
        ? OptionalDouble.of(climb.discard().dropEstimate())
        : OptionalDouble.empty();
  }
}
