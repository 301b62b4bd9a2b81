package dev.mixtune.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How long a study will still take: the search until its time or its count is spent, then what
 * comes after it. Thread-safe.
 *
 * <p>By count, the time of one more evaluation is taken from the latest half of those that were
 * paid for in this process: the first ones of a search cost more, what a resumed study finds in its
 * journal costs nothing.
 */
final class TimeLeft {
  private final List<Mark> marks = new ArrayList<>();
  private Duration after = Duration.ZERO;

  private record Mark(long millis, int evaluations) {}

  /** What is expected to come after the search: certifying, timing, writing. */
  synchronized void expectAfterwards(Duration duration) {
    after = duration;
  }

  /**
   * So many evaluations were there at this time.
   *
   * @param paid evaluations that were not taken from the journal
   */
  synchronized void mark(Duration elapsed, int paid) {
    marks.add(new Mark(elapsed.toMillis(), paid));
  }

  /** Evaluations per second in the latest half; 0 before there are two marks. */
  synchronized double perSecond() {
    if (marks.size() < 2) {
      return 0;
    }
    Mark last = marks.get(marks.size() - 1);
    Mark from = marks.get(0);
    for (Mark mark : marks) {
      if (mark.evaluations() <= last.evaluations() / 2) {
        from = mark;
      }
    }
    long millis = last.millis() - from.millis();
    return millis <= 0 ? 0 : 1000.0 * (last.evaluations() - from.evaluations()) / millis;
  }

  /**
   * The whole time left.
   *
   * @param search time that the budget leaves to the search, if there is one
   * @param evaluations still to come by count, or null where they are not counted
   * @return empty when nothing can be said yet
   */
  synchronized Optional<Duration> left(Optional<Duration> search, @Nullable Integer evaluations) {
    Optional<Duration> byCount =
        evaluations == null || perSecond() == 0
            ? Optional.empty()
            : Optional.of(Duration.ofMillis((long) (1000 * evaluations / perSecond())));
    return Stream.of(search, byCount)
        .flatMap(Optional::stream)
        .min(Comparator.naturalOrder())
        .map(time -> (time.isNegative() ? Duration.ZERO : time).plus(after));
  }
}
