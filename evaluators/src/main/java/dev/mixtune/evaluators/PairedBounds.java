package dev.mixtune.evaluators;

import java.util.OptionalLong;
import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * Score bounds for the difference of two paired proportions.
 *
 * <p>Of {@code samples} pairs, {@code lost} were right before and wrong after, {@code gained} the
 * other way round; the drop is {@code (lost - gained) / samples}. The bounds invert the score test
 * of T. Tango, "Equivalence test and confidence interval for the difference in proportions for the
 * paired-sample design", Statistics in Medicine 17 (1998) 891-908, <a
 * href="https://doi.org/10.1002/(SICI)1097-0258(19980430)17:8%3C891::AID-SIM780%3E3.0.CO;2-B">doi</a>.
 * They stay sensible when nothing was lost or gained: then the upper bound is Wilson's for 0 of
 * {@code samples}. Counts need not be whole: expected counts of an imagined sample are fine.
 */
public final class PairedBounds {
  private static final int HALVINGS = 60;
  private static final long MOST_SAMPLES = 1L << 40;

  private PairedBounds() {}

  /**
   * A two-sided interval of the drop, fractions in -1..1.
   *
   * @param low lower end
   * @param high upper end
   */
  public record Interval(double low, double high) {}

  /**
   * One-sided upper bound of the drop.
   *
   * @param lost pairs right before and wrong after, at least 0
   * @param gained pairs wrong before and right after, at least 0
   * @param samples all pairs, at least {@code lost + gained}, above 0
   * @param confidence one-sided, 0.5..1 exclusive
   * @return a fraction in -1..1, at least the observed drop
   */
  public static double upper(double lost, double gained, double samples, double confidence) {
    check(lost, gained, samples, confidence);
    double quantile = NormalDistribution.of(0, 1).inverseCumulativeProbability(confidence);
    double low = (lost - gained) / samples;
    double high = 1;
    // The statistic is 0 at the observed drop and falls from there.
    for (int i = 0; i < HALVINGS; i++) {
      double middle = (low + high) / 2;
      if (statistic(lost, gained, samples, middle) >= -quantile) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return high;
  }

  /** One-sided lower bound of the drop; arguments as for {@link #upper}. */
  public static double lower(double lost, double gained, double samples, double confidence) {
    return -upper(/* lost= */ gained, /* gained= */ lost, samples, confidence);
  }

  /**
   * Two-sided interval of the drop; {@code confidence} is two-sided, other arguments as for {@link
   * #upper}.
   */
  public static Interval interval(double lost, double gained, double samples, double confidence) {
    double oneSided = (1 + confidence) / 2;
    return new Interval(
        lower(lost, gained, samples, oneSided), upper(lost, gained, samples, oneSided));
  }

  /**
   * The fewest samples at which the upper bound would be within {@code limit} if the shares of lost
   * and gained answers stayed as they are.
   *
   * @param lostShare lost answers by samples, 0..1
   * @param gainedShare gained answers by samples, 0..1
   * @param limit above 0
   * @param confidence one-sided
   * @return empty when no number is enough, because the drop itself is not below the limit
   */
  public static OptionalLong samplesNeeded(
      double lostShare, double gainedShare, double limit, double confidence) {
    if (!(lostShare - gainedShare < limit)) {
      return OptionalLong.empty();
    }
    long enough = 1;
    while (!suffices(enough, lostShare, gainedShare, limit, confidence)) {
      enough *= 2;
      if (enough > MOST_SAMPLES) {
        return OptionalLong.empty();
      }
    }
    long tooFew = enough / 2;
    while (enough - tooFew > 1) {
      long middle = tooFew + (enough - tooFew) / 2;
      if (suffices(middle, lostShare, gainedShare, limit, confidence)) {
        enough = middle;
      } else {
        tooFew = middle;
      }
    }
    return OptionalLong.of(enough);
  }

  private static boolean suffices(
      long samples, double lostShare, double gainedShare, double limit, double confidence) {
    double n = (double) samples;
    return upper(lostShare * n, gainedShare * n, n, confidence) <= limit;
  }

  /**
   * Tango's score statistic for the hypothesis that the drop is {@code drop}: observed minus
   * supposed drop by its standard deviation, with the share of gained answers at its maximum
   * likelihood under that hypothesis (the larger root of a quadratic).
   */
  static double statistic(double lost, double gained, double samples, double drop) {
    double a = 2 * samples;
    double b = (2 * samples - lost + gained) * drop - lost - gained;
    double c = -gained * drop * (1 - drop);
    double root = Math.sqrt(Math.max(0, b * b - 4 * a * c));
    // Both forms are the larger root; each is used where it does not cancel.
    double gainedShare = b > 0 ? -2 * c / (b + root) : (root - b) / (2 * a);
    double variance = samples * (2 * gainedShare + drop * (1 - drop));
    double distance = lost - gained - samples * drop;
    if (variance <= 0) {
      return distance == 0 ? 0 : Math.copySign(Double.POSITIVE_INFINITY, distance);
    }
    return distance / Math.sqrt(variance);
  }

  private static void check(double lost, double gained, double samples, double confidence) {
    if (!(lost >= 0) || !(gained >= 0) || !(samples > 0) || lost + gained > samples * (1 + 1e-9)) {
      throw new IllegalArgumentException(
          "lost " + lost + ", gained " + gained + " of " + samples + " samples");
    }
    if (!(confidence > 0.5 && confidence < 1)) {
      throw new IllegalArgumentException("confidence " + confidence);
    }
  }
}
