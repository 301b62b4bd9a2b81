package dev.mixtune.search;

import dev.mixtune.engine.Latency;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Says which of two evaluations is better: no worse in any objective and better in one.
 *
 * <p>Latencies within measurement error of each other are ties. "Within error" alone is not
 * transitive (a ties b, b ties c, c beats a), so ratios are sorted into buckets whose width is
 * twice the relative error on a logarithmic scale, laid around an anchor: {@code rint(ln(ratio /
 * anchor) / ln(1 + 2 error))}. Being monotone, the buckets never turn a raw dominance around; the
 * price is that two close ratios on either side of an edge are told apart.
 */
public final class Dominance {

  /**
   * Among evaluations that tie in all objectives the first in this order stands for them: least raw
   * latency, then size, then drop, then plan key, then the library's rounding.
   */
  static final Comparator<Evaluation> PREFERENCE =
      Comparator.<Evaluation>comparingDouble(Objective.LATENCY::of)
          .thenComparingDouble(Objective.SIZE::of)
          .thenComparingDouble(Objective.ACCURACY::of)
          .thenComparing(evaluation -> evaluation.plan().key())
          .thenComparing(Evaluation::rounding);

  private final List<Objective> objectives;
  private final double anchorRatio;
  private final double relativeError;

  private Dominance(Set<Objective> objectives, double anchorRatio, double relativeError) {
    if (objectives.isEmpty() || !(anchorRatio > 0) || !(relativeError >= 0)) {
      throw new IllegalArgumentException(
          "dominance over " + objectives + " around " + anchorRatio + " +- " + relativeError);
    }
    this.objectives = List.copyOf(EnumSet.copyOf(objectives));
    this.anchorRatio = anchorRatio;
    this.relativeError = relativeError;
  }

  /** Dominance by raw values: every difference counts. */
  public static Dominance exact(Set<Objective> objectives) {
    return new Dominance(objectives, 1, 0);
  }

  /**
   * Dominance with latency ties.
   *
   * @param objectives what counts, at least one
   * @param anchorRatio the latency ratio in the middle of a bucket
   * @param relativeError measurement error of ratios, as a fraction; 0 makes every difference count
   */
  public static Dominance tied(
      Set<Objective> objectives, double anchorRatio, double relativeError) {
    return new Dominance(objectives, anchorRatio, relativeError);
  }

  /**
   * Dominance with latency ties as the uniform plans show them: the anchor is the first of them
   * that was measured, the error the median of theirs (the upper one of two).
   *
   * @param uniforms evaluations of uniform plans, the one at 8 bits first; failed ones are passed
   *     over, and when none is left every difference counts
   */
  public static Dominance anchored(Set<Objective> objectives, Collection<Evaluation> uniforms) {
    List<Latency> latencies =
        uniforms.stream().flatMap(e -> Optional.ofNullable(e.latency()).stream()).toList();
    if (latencies.isEmpty()) {
      return exact(objectives);
    }
    double[] errors = latencies.stream().mapToDouble(Latency::relativeError).sorted().toArray();
    return new Dominance(objectives, latencies.get(0).ratio(), errors[errors.length / 2]);
  }

  /** The objectives, in the order of {@link Objective}. */
  public List<Objective> objectives() {
    return objectives;
  }

  /** The latency ratio in the middle of a bucket. */
  public double anchorRatio() {
    return anchorRatio;
  }

  /** The measurement error below which latency ratios tie, as a fraction; 0 when none do. */
  public double relativeError() {
    return relativeError;
  }

  /** Whether {@code a} is no worse than {@code b} in any objective and better in one. */
  public boolean dominates(Evaluation a, Evaluation b) {
    return dominates(coordinates(a), coordinates(b));
  }

  /**
   * The values that are compared, one per objective, lower is better; latency as its bucket.
   *
   * @param evaluation not failed
   */
  double[] coordinates(Evaluation evaluation) {
    return objectives.stream()
        .mapToDouble(
            objective ->
                objective == Objective.LATENCY
                    ? bucket(objective.of(evaluation))
                    : objective.of(evaluation))
        .toArray();
  }

  static boolean dominates(double[] a, double[] b) {
    boolean better = false;
    for (int i = 0; i < a.length; i++) {
      if (a[i] > b[i]) {
        return false;
      }
      better |= a[i] < b[i];
    }
    return better;
  }

  private double bucket(double ratio) {
    if (relativeError == 0) {
      return ratio;
    }
    double bucket = Math.rint(Math.log(ratio / anchorRatio) / Math.log1p(2 * relativeError));
    // A negative zero would be told apart from zero.
    return bucket + 0.0;
  }
}
