package dev.mixtune.cli;

import dev.mixtune.engine.fitting.FittingProgress;
import java.util.concurrent.CancellationException;
import java.util.function.DoubleSupplier;

/**
 * Ends a fit that would take more than its part of the search's time: when it has, and sooner where
 * the layers done so far tell. Layers differ in cost, so that a forecast is believed the later the
 * closer it is.
 */
final class RoundingPace implements FittingProgress {
  /** Share of the search's time that rounding may take. */
  static final double MOST = 0.8;

  /** Before this part of {@link #MOST} is spent nothing is forecast. */
  private static final double TOO_SOON = 0.2;

  /** From this part of {@link #MOST} on a forecast that is off by a quarter is believed. */
  private static final double HALF_WAY = 0.5;

  private static final double SURELY = 2;
  private static final double PROBABLY = 1.25;

  private final DoubleSupplier spent;
  private final FittingProgress shown;
  private int firstLayer;
  private double spentAtFirst;

  /**
   * @param spent share of the search's time, 0 to 1, spent since the fit began
   * @param shown is told of all progress
   */
  RoundingPace(DoubleSupplier spent, FittingProgress shown) {
    this.spent = spent;
    this.shown = shown;
  }

  /**
   * {@inheritDoc}
   *
   * <p>Ranges are the first half of {@code total}, layers the second.
   *
   * @throws CancellationException when the fit takes too long
   */
  @Override
  public void done(int done, int total, String name) {
    double now = spent.getAsDouble();
    if (now > MOST) {
      throw new CancellationException("the time is spent at " + name);
    }
    if (done > total / 2) {
      if (firstLayer == 0) {
        firstLayer = done;
        spentAtFirst = now;
      } else if (isTooSlow(now, (double) (total - firstLayer) / (done - firstLayer))) {
        throw new CancellationException("it would take too long, known since " + name);
      }
    }
    shown.done(done, total, name);
  }

  private boolean isTooSlow(double now, double allOfDone) {
    double forecast = spentAtFirst + (now - spentAtFirst) * allOfDone;
    return (now > TOO_SOON * MOST && forecast > SURELY * MOST)
        || (now > HALF_WAY * MOST && forecast > PROBABLY * MOST);
  }
}
