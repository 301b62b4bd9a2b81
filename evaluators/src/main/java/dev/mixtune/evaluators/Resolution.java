package dev.mixtune.evaluators;

import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What a number of paired samples can certify, known before any plan is: {@link PairedBounds} for
 * counts that one imagines.
 *
 * @param samples above 0
 * @param confidence one-sided, 0.5..1 exclusive
 */
public record Resolution(int samples, double confidence) {

  public Resolution {
    if (samples <= 0 || !(confidence > 0.5 && confidence < 1)) {
      throw new IllegalArgumentException(samples + " samples, confidence " + confidence);
    }
  }

  /**
   * The smallest limit that can be certified for a plan that scores exactly what float scores.
   *
   * @param changedShare share of samples that are right for one of the two only, half of them lost
   *     and half gained, 0..1
   */
  public double smallestLimit(double changedShare) {
    double half = samples * changedShare / 2;
    return PairedBounds.upper(half, half, samples, confidence);
  }

  /**
   * The most samples that a plan may lose, net of those it gains, and still be certified; empty
   * when not even a plan as good as float would be.
   *
   * @param limit in points of the metric as a fraction, above 0
   * @param changedShare share of samples that change beside those net losses, 0..1
   */
  public OptionalInt mostLost(double limit, double changedShare) {
    double half = samples * changedShare / 2;
    if (PairedBounds.upper(half, half, samples, confidence) > limit) {
      return OptionalInt.empty();
    }
    int enough = 0;
    int tooMany = (int) Math.ceil(samples - 2 * half) + 1;
    while (tooMany - enough > 1) {
      int middle = (enough + tooMany) >>> 1;
      boolean possible = middle + 2 * half <= samples;
      if (possible && PairedBounds.upper(half + middle, half, samples, confidence) <= limit) {
        enough = middle;
      } else {
        tooMany = middle;
      }
    }
    return OptionalInt.of(enough);
  }

  /**
   * How many samples a limit needs.
   *
   * @param limit in points of the metric as a fraction, above 0
   * @param dropShare what the plan loses net, as a fraction
   * @param changedShare as for {@link #mostLost}
   * @return empty when no number is enough, because the plan's drop is not below the limit
   */
  public OptionalLong needed(double limit, double dropShare, double changedShare) {
    return PairedBounds.samplesNeeded(
        dropShare + changedShare / 2, changedShare / 2, limit, confidence);
  }
}
