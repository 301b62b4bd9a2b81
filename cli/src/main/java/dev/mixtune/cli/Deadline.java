package dev.mixtune.cli;

import dev.mixtune.search.Stop;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** When a study has to end: the user's budget, less what the last steps need, or Ctrl-C. */
final class Deadline implements Stop {
  private static final double RESERVED_SHARE = 0.2;
  private static final Duration LEAST_RESERVE = Duration.ofSeconds(15);
  private static final Duration MOST_RESERVE = Duration.ofMinutes(30);

  private final Clock clock;
  private final @Nullable Duration budget;
  private final AtomicBoolean interrupted;
  private long elapsedMillis;
  private long lastMillis;

  /**
   * @param startMillis when the study started, on {@code clock}; earlier when it goes on
   * @param budget of the whole study, or null
   * @param interrupted set by the user's interrupt
   */
  Deadline(Clock clock, long startMillis, @Nullable Duration budget, AtomicBoolean interrupted) {
    this.clock = clock;
    this.lastMillis = startMillis;
    this.budget = budget;
    this.interrupted = interrupted;
  }

  @Override
  public boolean requested() {
    return interrupted.get() || left().map(Duration::isNegative).orElse(false);
  }

  /** Whether the user asked to stop. */
  boolean isInterrupted() {
    return interrupted.get();
  }

  /** Time left for the search; empty without a budget. */
  Optional<Duration> left() {
    if (budget == null) {
      return Optional.empty();
    }
    return Optional.of(budget.minus(reserve(budget)).minus(elapsed()));
  }

  /** The part of the budget that is kept for what comes after the search. */
  Optional<Duration> reserve() {
    return Optional.ofNullable(budget).map(Deadline::reserve);
  }

  /** Share of the search's time that has passed, 0..1; 0 without a budget. */
  double fraction() {
    if (budget == null) {
      return 0;
    }
    double total = budget.minus(reserve(budget)).toMillis();
    return Math.max(0, Math.min(1, elapsed().toMillis() / Math.max(1, total)));
  }

  /**
   * A stop for when this share of the search's time has passed, or the user asks. Without a budget
   * only the user can ask.
   *
   * @param share 0..1
   */
  Stop atShare(double share) {
    return () -> interrupted.get() || (budget != null && fraction() >= share);
  }

  /** Whether the whole budget is spent, the reserve for the last steps nearly included. */
  boolean isOverdue() {
    return budget != null && elapsed().toMillis() > 0.95 * budget.toMillis();
  }

  /**
   * Time since the start. A clock that is set back while the study runs costs nothing but the step
   * in which it happens: time never goes backwards here, and goes on at once.
   */
  synchronized Duration elapsed() {
    long now = clock.millis();
    elapsedMillis += Math.max(0, now - lastMillis);
    lastMillis = now;
    return Duration.ofMillis(elapsedMillis);
  }

  /** The last part of a budget belongs to certifying, timing and reporting. */
  private static Duration reserve(Duration budget) {
    Duration share = Duration.ofMillis((long) (budget.toMillis() * RESERVED_SHARE));
    Duration reserve = share.compareTo(LEAST_RESERVE) < 0 ? LEAST_RESERVE : share;
    return reserve.compareTo(MOST_RESERVE) > 0 ? MOST_RESERVE : reserve;
  }
}
