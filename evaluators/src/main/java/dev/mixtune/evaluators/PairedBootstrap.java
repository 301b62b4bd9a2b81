package dev.mixtune.evaluators;

import dev.mixtune.engine.PairedScore;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Bounds of the drop of a {@link StatisticMetric} by a paired bootstrap: samples are drawn with
 * replacement, the same ones for the float model and the plan, and quantiles of the drops so found
 * are the bounds (the percentile method of B. Efron and R. Tibshirani, "An Introduction to the
 * Bootstrap", 1993, chapter 13, <a
 * href="https://doi.org/10.1201/9780429246593">doi:10.1201/9780429246593</a>). A bound never cuts
 * off the observed drop. Every plan sees the same draws, so that plans differ by their answers
 * only. Immutable.
 *
 * <p>A plan that answers like the float model on every sample gets the bound 0, which no number of
 * samples could prove: a bootstrap sees nothing that the samples do not show.
 */
public final class PairedBootstrap {
  /** Draws behind each bound. */
  public static final int DRAWS = 2_000;

  /** Every study draws alike; what a draw holds depends on the number of samples only. */
  private static final long SEED = 0x6d69787475L;

  private final StatisticMetric metric;
  private final double[] targets;
  private final double reference;
  private final double[] floatDraws;

  /**
   * @param floatValues the metric's numbers of the float model's answers, one per sample
   * @param targets labels, one per sample
   */
  PairedBootstrap(StatisticMetric metric, double[] floatValues, double[] targets) {
    this.metric = metric;
    this.targets = targets.clone();
    this.reference = metric.of(floatValues, this.targets);
    this.floatDraws = draws(floatValues);
  }

  /** The float model's metric; NaN where it is undefined. */
  double reference() {
    return reference;
  }

  /**
   * A plan's score.
   *
   * @param values the metric's numbers of its answers, one per sample
   * @param confidence of the interval, two-sided, and of the upper bound, one-sided
   * @throws ArithmeticException when the metric is undefined on these answers
   */
  PairedScore score(double[] values, double confidence) {
    double score = metric.of(values, targets);
    double[] drops = draws(values);
    for (int i = 0; i < drops.length; i++) {
      drops[i] = floatDraws[i] - drops[i];
    }
    // An undefined draw, such as one of equal labels only, says nothing either way.
    double[] defined = Arrays.stream(drops).filter(Double::isFinite).sorted().toArray();
    if (!Double.isFinite(score) || 2 * defined.length < DRAWS) {
      throw new ArithmeticException("the metric " + metric.id() + " is undefined on its answers");
    }
    double drop = reference - score;
    return new PairedScore(
        values.length,
        reference,
        score,
        Math.min(drop, quantile(defined, (1 - confidence) / 2)),
        Math.max(drop, quantile(defined, (1 + confidence) / 2)),
        new PairedScore.Resampled(Math.max(drop, quantile(defined, confidence))));
  }

  private double[] draws(double[] values) {
    StatisticMetric.Weighted weighted = metric.weighted(values, targets);
    SplittableRandom random = new SplittableRandom(SEED);
    double[] drawn = new double[DRAWS];
    int[] times = new int[values.length];
    for (int draw = 0; draw < DRAWS; draw++) {
      Arrays.fill(times, 0);
      for (int i = 0; i < times.length; i++) {
        times[random.nextInt(times.length)]++;
      }
      drawn[draw] = weighted.of(times);
    }
    return drawn;
  }

  /** A quantile of sorted values, linear between neighbours. */
  private static double quantile(double[] sorted, double share) {
    double place = share * (sorted.length - 1);
    int below = (int) place;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }
}
