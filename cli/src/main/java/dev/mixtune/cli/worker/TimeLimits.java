package dev.mixtune.cli.worker;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * How long a worker may take for one request: many times the longest that one of its kind took so
 * far, and never less than a floor that a busy machine needs. Before anything was observed the
 * request, which is the float model's, has the patience of {@code first}. Thread-safe.
 */
public final class TimeLimits {
  private final Duration first;
  private final Duration least;
  private final int times;
  private final Map<String, Long> longestMillis = new HashMap<>();

  /**
   * @param first while nothing is known
   * @param least however quick the others were
   * @param times the longest time observed, at least 1
   */
  public TimeLimits(Duration first, Duration least, int times) {
    this.first = first;
    this.least = least;
    this.times = times;
  }

  /** Ten minutes at first, then at least half a minute and twenty times the longest so far. */
  public static TimeLimits usual() {
    return new TimeLimits(Duration.ofMinutes(10), Duration.ofSeconds(30), 20);
  }

  /** A request of this kind was answered. */
  synchronized void observe(String kind, long millis) {
    longestMillis.merge(kind, millis, Math::max);
  }

  /** The limit of the next request of this kind. */
  synchronized Duration next(String kind) {
    Long longest = longestMillis.get(kind);
    if (longest == null) {
      return first;
    }
    Duration many = Duration.ofMillis(longest * times);
    return many.compareTo(least) < 0 ? least : many;
  }
}
