package dev.mixtune.evaluators;

import dev.mixtune.engine.PairedScore;

/**
 * How much more one plan drops than another, when each is known only by its pairing with the float
 * model.
 *
 * <p>On the same samples, two plans can only differ where one of them differs from float: at most
 * {@code gained + lost'} samples speak for the first plan and {@code lost + gained'} against it
 * (the primes are the second plan's). Where both differ from float alike the two cancel, which
 * leaves the difference and makes its interval narrower. So the paired interval of these counts
 * holds the true paired one: it is never too narrow, often wider than need be. Metrics without
 * counts have the half widths of the two intervals added, the worst case of dependence.
 *
 * @param change drop of the first plan minus drop of the second, a fraction
 * @param low lower end of a two-sided interval
 * @param high upper end of it
 * @param isPaired whether both were scored on the same samples
 */
public record PlanDifference(double change, double low, double high, boolean isPaired) {

  /**
   * One plan's drop against float.
   *
   * @param drop a fraction
   * @param low lower end of its paired two-sided interval
   * @param high upper end of it
   * @param samples number of samples
   * @param lost samples right for float alone; negative when the metric counts none
   * @param gained samples right for the plan alone; negative when the metric counts none
   */
  public record Drop(double drop, double low, double high, int samples, int lost, int gained) {
    /** What a score says of the drop. */
    public static Drop of(PairedScore score) {
      PairedScore.Counts counts = score.counts().orElse(null);
      return new Drop(
          score.drop(),
          score.dropLow(),
          score.dropHigh(),
          score.samples(),
          counts == null ? -1 : counts.lost(),
          counts == null ? -1 : counts.gained());
    }

    private boolean isCounted() {
      return lost >= 0 && gained >= 0;
    }
  }

  /**
   * The difference of two plans that were scored on the very same samples, against the same float
   * model.
   *
   * @param confidence two-sided, 0..1 exclusive, that of the drops' own intervals
   */
  public static PlanDifference paired(Drop first, Drop second, double confidence) {
    if (first.samples() != second.samples()) {
      throw new IllegalArgumentException(
          first.samples() + " and " + second.samples() + " samples cannot be the same");
    }
    double change = first.drop() - second.drop();
    if (first.isCounted() && second.isCounted()) {
      double against = (double) first.lost() + second.gained();
      double in = (double) first.gained() + second.lost();
      // More than all samples cannot differ: what is above that is counted twice for certain.
      double twice = Math.max(0, (against + in - first.samples()) / 2);
      PairedBounds.Interval interval =
          PairedBounds.interval(
              Math.max(0, against - twice), Math.max(0, in - twice), first.samples(), confidence);
      return new PlanDifference(change, interval.low(), interval.high(), true);
    }
    return new PlanDifference(
        change,
        change - (first.drop() - first.low()) - (second.high() - second.drop()),
        change + (first.high() - first.drop()) + (second.drop() - second.low()),
        true);
  }

  /**
   * The difference of two plans that were scored on different samples: their intervals are
   * independent, so the squares of the half widths add up (Newcombe, Statistics in Medicine 17
   * (1998) 873-890, method 10).
   */
  public static PlanDifference unpaired(Drop first, Drop second) {
    double change = first.drop() - second.drop();
    return new PlanDifference(
        change,
        change - Math.hypot(first.drop() - first.low(), second.high() - second.drop()),
        change + Math.hypot(first.high() - first.drop(), second.drop() - second.low()),
        false);
  }

  /** Whether the interval leaves 0 out. */
  public boolean isSignificant() {
    return low > 0 || high < 0;
  }
}
