package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class DeadlineTest {
  private final SetClock clock = new SetClock();
  private final Deadline deadline =
      new Deadline(clock, 0, Duration.ofHours(8), new AtomicBoolean());

  @Test
  void aClockThatIsSetBackDoesNotLengthenTheBudget() {
    for (int hour = 1; hour <= 3; hour++) {
      clock.pass(Duration.ofHours(1));
      assertThat(deadline.elapsed()).isEqualTo(Duration.ofHours(hour));
    }
    clock.pass(Duration.ofHours(-2)); // Summer time ends in a badly set up machine.
    assertThat(deadline.elapsed()).isEqualTo(Duration.ofHours(3));
    for (int hour = 4; hour <= 7; hour++) {
      assertThat(deadline.requested()).isFalse();
      clock.pass(Duration.ofHours(1));
      assertThat(deadline.elapsed()).isEqualTo(Duration.ofHours(hour));
    }
    clock.pass(Duration.ofMinutes(31));
    assertThat(deadline.requested()).isTrue();
  }

  @Test
  void theLastHalfHourOfANightIsKept() {
    clock.pass(Duration.ofMinutes(7 * 60 + 29));
    assertThat(deadline.requested()).isFalse();
    clock.pass(Duration.ofMinutes(2));
    assertThat(deadline.requested()).isTrue();
    assertThat(deadline.isOverdue()).isFalse();
  }
}
