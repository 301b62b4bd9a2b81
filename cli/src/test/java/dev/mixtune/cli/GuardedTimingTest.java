package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mixtune.engine.Basis;
import dev.mixtune.engine.Latency;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.lowering.LoweredPlan;
import dev.mixtune.engine.runtime.RuntimeFailure;
import dev.mixtune.results.StudyStore;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kernels that end the process while they are timed; the test leaves what a dead process left. */
class GuardedTimingTest {
  private static final Latency LATENCY = new Latency(1, 0.5, 0.01, Basis.MEASURED);

  @TempDir Path temp;
  private final List<byte[]> probed = new ArrayList<>();

  private static LoweredPlan plan(String signature) {
    return new LoweredPlan(
        Plan.uniform(1, Scheme.W8A8), new byte[] {1}, signature, List.of(), 1, 8);
  }

  private StudyStore open() {
    return StudyStore.open(temp.resolve("study.db"), Map.of("seed", "1"), Clock.systemUTC());
  }

  private Latency time(StudyStore store, String signature) {
    return new GuardedTiming(new StudyMemory(store), probed::add)
        .time(plan(signature), () -> LATENCY);
  }

  @Test
  void aPlanIsRunElsewhereBeforeItIsTimedHere() {
    try (StudyStore store = open()) {
      assertThat(time(store, "a")).isEqualTo(LATENCY);
      assertThat(probed).hasSize(1);
    }
  }

  @Test
  void afterTwoDeathsItsKernelsAreGivenUpForGood() {
    for (int death = 0; death < 2; death++) {
      try (StudyStore store = open()) {
        assertThat(new StudyMemory(store).beginTiming("a")).isEqualTo(death);
      }
    }
    for (int resume = 0; resume < 3; resume++) {
      try (StudyStore store = open()) {
        assertThatThrownBy(() -> time(store, "a")).isInstanceOf(RuntimeFailure.class);
        assertThat(time(store, "b")).isEqualTo(LATENCY);
      }
    }
    // Only the other kernels were ever run.
    assertThat(probed).hasSize(3);
  }

  @Test
  void oneDeathIsForgottenWhenTheyAreTimedAfterAll() {
    for (int i = 0; i < 3; i++) {
      try (StudyStore store = open()) {
        assertThat(new StudyMemory(store).beginTiming("a")).isZero();
      }
      try (StudyStore store = open()) {
        assertThat(time(store, "a")).isEqualTo(LATENCY);
      }
    }
  }

  @Test
  void kernelsThatFailInTheOtherProcessAreNotTimedHere() {
    try (StudyStore store = open()) {
      GuardedTiming timing =
          new GuardedTiming(
              new StudyMemory(store),
              model -> {
                throw new RuntimeFailure("crashed", null);
              });
      assertThatThrownBy(
              () ->
                  timing.time(
                      plan("a"),
                      () -> {
                        throw new AssertionError("timed");
                      }))
          .isInstanceOf(RuntimeFailure.class)
          .hasMessage("crashed");
    }
  }
}
