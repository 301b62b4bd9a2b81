package dev.mixtune.cli;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * When a study will be over, in whatever phase it is: what its budget leaves to the search, or the
 * evaluations that are still to come, and then what certifying, measuring and writing take.
 * Thread-safe.
 */
final class Outlook {
  /** Before anything is known, of the part of a budget that is kept for after the search. */
  private static final int PART_OF_RESERVE = 2;

  private final Deadline deadline;
  private final TimeLeft search = new TimeLeft();
  private @Nullable Integer toCome;
  private @Nullable Duration end;

  Outlook(Deadline deadline) {
    this.deadline = deadline;
    deadline
        .reserve()
        .ifPresent(reserve -> search.expectAfterwards(reserve.dividedBy(PART_OF_RESERVE)));
  }

  /**
   * Where the search stands.
   *
   * @param paid evaluations that were not taken from the journal
   * @param toCome evaluations still to come, or null where they are not counted
   * @param after what is expected to come after the search
   */
  synchronized void searching(int paid, @Nullable Integer toCome, Duration after) {
    this.toCome = toCome;
    search.mark(deadline.elapsed(), paid);
    search.expectAfterwards(withinReserve(after));
  }

  /**
   * The search is over.
   *
   * @param after what is still expected
   */
  synchronized void searched(Duration after) {
    end = deadline.elapsed().plus(withinReserve(after));
  }

  /** What does not fit into its part of a budget is left out. */
  private Duration withinReserve(Duration after) {
    return deadline.reserve().filter(part -> part.compareTo(after) < 0).orElse(after);
  }

  /** Evaluations per second of late; 0 where that is not known yet. */
  synchronized double perSecond() {
    return search.perSecond();
  }

  /** The whole time left; empty where nothing can be said yet. */
  synchronized Optional<Duration> left() {
    if (end != null) {
      Duration rest = end.minus(deadline.elapsed());
      return Optional.of(rest.isNegative() ? Duration.ZERO : rest);
    }
    return search.left(deadline.left(), toCome);
  }
}
