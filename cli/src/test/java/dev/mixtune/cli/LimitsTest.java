package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mixtune.engine.Basis;
import dev.mixtune.engine.Latency;
import dev.mixtune.engine.PairedScore;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.search.Evaluation;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class LimitsTest {
  private static final Limits BOTH = new Limits(OptionalLong.of(1000), OptionalDouble.of(2));

  private static Evaluation evaluation(long bytes, double millis) {
    PairedScore score = new PairedScore(1000, 0.9, 0.9, -0.01, 0.01, 900, 5, 5);
    Latency latency = new Latency(millis, millis / 4, 0.01, Basis.MEASURED);
    return new Evaluation(Plan.uniform(2, Scheme.W8A8), score, latency, bytes, 8, "k", null);
  }

  @Test
  void theLimitThatIsMissedMostDecides() {
    // The first is smaller than asked for, but takes twice the time.
    assertThat(BOTH.worstShare(evaluation(100, 4))).isEqualTo(2, within(1e-12));
    assertThat(BOTH.worstShare(evaluation(1100, 2))).isEqualTo(1.1, within(1e-12));
  }

  @Test
  void aLimitMayBeReachedButNotPassed() {
    assertThat(BOTH.areMetBy(evaluation(1000, 2))).isTrue();
    assertThat(BOTH.areMetBy(evaluation(1001, 1))).isFalse();
    assertThat(BOTH.areMetBy(evaluation(10, 2.01))).isFalse();
  }

  @Test
  void whatIsNotLimitedIsAllowed() {
    Limits none = new Limits(OptionalLong.empty(), OptionalDouble.empty());
    assertThat(none.areMetBy(evaluation(Long.MAX_VALUE, 1e9))).isTrue();
  }
}
