package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is said of the time left, against simulated studies whose end is known. */
class TimeLeftTest {
  private static final Duration AFTER = Duration.ofSeconds(40);

  /** After the first tenth every statement is right within 15 % of what is really left. */
  @Test
  void byCountItIsHonestThoughEvaluationsVary() {
    Random random = new Random(3);
    int count = 2000;
    List<Double> ends = new ArrayList<>();
    double now = 12; // What was prepared before the first evaluation does not count.
    for (int i = 0; i < count; i++) {
      now += 0.2 * (0.5 + random.nextDouble());
      ends.add(now);
    }
    double whole = now + AFTER.toSeconds();
    TimeLeft left = new TimeLeft();
    left.expectAfterwards(AFTER);
    left.mark(seconds(12), 0);
    for (int done = 16; done < count; done += 16) {
      double at = ends.get(done - 1);
      left.mark(seconds(at), done);
      Duration said = left.left(Optional.empty(), count - done).orElseThrow();
      if (at > 0.1 * whole) {
        assertThat(said.toMillis() / 1000.0).isBetween(0.85 * (whole - at), 1.15 * (whole - at));
      }
    }
  }

  /** What a resumed study finds in its journal takes no time, and says nothing of the rest. */
  @Test
  void whatWasKnownBeforeDoesNotCount() {
    TimeLeft left = new TimeLeft();
    left.mark(seconds(0), 0);
    left.mark(seconds(1), 0);
    assertThat(left.left(Optional.empty(), 100)).isEmpty();
    left.mark(seconds(11), 5);
    assertThat(left.perSecond()).isBetween(0.45, 0.51);
  }

  @Test
  void theBudgetEndsTheSearchWhenTheCountDoesNot() {
    TimeLeft left = new TimeLeft();
    left.expectAfterwards(AFTER);
    left.mark(seconds(0), 0);
    left.mark(seconds(10), 10);
    assertThat(left.left(Optional.of(seconds(60)), 1000)).contains(seconds(100));
    assertThat(left.left(Optional.of(seconds(60)), 20)).contains(seconds(60));
    assertThat(left.left(Optional.of(seconds(-5)), null)).contains(AFTER);
    assertThat(left.left(Optional.empty(), null)).isEmpty();
  }

  private static Duration seconds(double seconds) {
    return Duration.ofMillis(Math.round(1000 * seconds));
  }
}
