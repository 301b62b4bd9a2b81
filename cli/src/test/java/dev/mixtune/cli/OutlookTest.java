package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is said of the end in each phase of studies whose end is known. */
class OutlookTest {
  private final SetClock clock = new SetClock();

  private Outlook outlook(@Nullable Duration budget) {
    return new Outlook(new Deadline(clock, 0, budget, new AtomicBoolean()));
  }

  /** Of four minutes 48 s are kept for the end; before anything is known half of them count. */
  @Test
  void beforeTheSearchTheBudgetTells() {
    Outlook outlook = outlook(Duration.ofMinutes(4));
    assertThat(outlook.left()).contains(Duration.ofSeconds(192 + 24));
    clock.pass(Duration.ofSeconds(50));
    assertThat(outlook.left()).contains(Duration.ofSeconds(142 + 24));
  }

  @Test
  void inTheSearchItsOwnEstimateOfTheRestCounts() {
    Outlook outlook = outlook(Duration.ofMinutes(4));
    clock.pass(Duration.ofSeconds(92));
    outlook.searching(10, null, Duration.ofSeconds(15));
    assertThat(outlook.left()).contains(Duration.ofSeconds(100 + 15));
    outlook.searching(11, null, Duration.ofSeconds(500));
    assertThat(outlook.left()).contains(Duration.ofSeconds(100 + 48));
  }

  @Test
  void afterTheSearchTheRestRunsDown() {
    Outlook outlook = outlook(Duration.ofMinutes(4));
    clock.pass(Duration.ofSeconds(120)); // It ended of its own, long before its time.
    outlook.searched(Duration.ofSeconds(20));
    assertThat(outlook.left()).contains(Duration.ofSeconds(20));
    clock.pass(Duration.ofSeconds(15));
    assertThat(outlook.left()).contains(Duration.ofSeconds(5));
    clock.pass(Duration.ofSeconds(15));
    assertThat(outlook.left()).contains(Duration.ZERO);
  }

  @Test
  void withoutABudgetNothingIsSaidBeforeEvaluationsWerePaidFor() {
    Outlook outlook = outlook(null);
    assertThat(outlook.left()).isEmpty();
    outlook.searching(0, 100, Duration.ofSeconds(10));
    assertThat(outlook.left()).isEmpty();
    clock.pass(Duration.ofSeconds(10));
    outlook.searching(20, 80, Duration.ofSeconds(10));
    assertThat(outlook.perSecond()).isEqualTo(2);
    assertThat(outlook.left()).contains(Duration.ofSeconds(40 + 10));
  }
}
