package dev.mixtune.hardware;

import dev.mixtune.engine.KernelUse;
import java.util.List;
import java.util.Map;

/**
 * Predicts how long plans of one network take on the machine on which some of them were timed, and
 * says how well: a linear model of the kernels that really run, boundaries between precisions
 * included.
 *
 * <p>Made by {@link LatencyTrainer}. Immutable; thread-safe.
 */
public final class NetworkLatencyModel {
  private final KernelTerms terms;
  private final double[] coefficients;
  private final PredictionError error;
  private final double leastRatio;
  private final Map<List<KernelUse>, Double> leftOut;

  /**
   * @param terms not changed any more
   * @param coefficients of its columns
   * @param error of leaving each plan out
   * @param leastRatio the fastest plan that was timed
   * @param leftOut each timed plan as all others predict it
   */
  NetworkLatencyModel(
      KernelTerms terms,
      double[] coefficients,
      PredictionError error,
      double leastRatio,
      Map<List<KernelUse>, Double> leftOut) {
    this.terms = terms;
    this.coefficients = coefficients.clone();
    this.error = error;
    this.leastRatio = leastRatio;
    this.leftOut = Map.copyOf(leftOut);
  }

  /**
   * The predicted time of a lowered plan against the float model's, above 0.
   *
   * <p>A sum of terms may leave the range of what is possible; half of the fastest plan that was
   * timed is the least that is answered.
   */
  public double ratio(List<KernelUse> kernels) {
    return possible(terms.known(KernelTerms.asTheyRun(kernels)).times(coefficients));
  }

  /**
   * The same as if this plan had never been timed: what stands beside a measured figure says
   * something about the model only then.
   */
  public double ratioUnseen(List<KernelUse> kernels) {
    Double without = leftOut.get(KernelTerms.asTheyRun(kernels));
    return without == null ? ratio(kernels) : possible(without);
  }

  private double possible(double ratio) {
    return Math.max(leastRatio / 2, ratio);
  }

  /** The error on each timed plan, predicted by all the others. */
  public PredictionError error() {
    return error;
  }
}
