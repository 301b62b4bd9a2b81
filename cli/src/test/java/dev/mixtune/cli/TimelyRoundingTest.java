package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mixtune.engine.Scheme;
import dev.mixtune.results.StudyStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Weights are fitted where there is time for it, and a study keeps what it began with. */
class TimelyRoundingTest {
  @TempDir Path temp;
  private final AtomicBoolean interrupted = new AtomicBoolean();
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private final ExecutorService workers = Executors.newFixedThreadPool(2);

  @AfterEach
  void end() {
    workers.shutdownNow();
  }

  /** A second passes each time the clock is looked at. */
  private static final class Hurries extends Clock {
    private long seconds;

    @Override
    public synchronized Instant instant() {
      return Instant.ofEpochSecond(seconds++);
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  /**
   * Rounds the small task.
   *
   * @param samples to calibrate on; tests that must see the fitting have a number of their own, or
   *     they would find what another one left in the cache
   */
  private void round(int samples, Clock clock, @Nullable Duration budget) throws IOException {
    Path task =
        Files.writeString(
            temp.resolve("small.yaml"),
            SmallTask.text().replace("samples: 24", "samples: " + samples));
    RunOptions options = new RunOptions();
    options.task = task;
    options.target = "pixel8";
    PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
    Surroundings around =
        new Surroundings(
            Tune.ROOT, Path.of("target", "natives"), clock, out, out, false, interrupted);
    try (Workbench bench = Workbench.open(options, around);
        StudyStore store =
            StudyStore.open(temp.resolve("study.db"), Map.of("seed", "1"), Clock.systemUTC())) {
      new TimelyRounding(
              bench,
              new StudyMemory(store),
              new Deadline(clock, clock.millis(), budget, interrupted),
              new Console(out, Console.Style.PLAIN, clock))
          .run(1, workers, new MenuBuilder(bench, options), () -> Implementations.NONE);
      assertThat(
              bench
                  .lowering()
                  .lower(
                      dev.mixtune.engine.Plan.uniform(bench.network().layers().size(), Scheme.W8A8))
                  .model())
          .isNotEmpty();
      assertThat(bench.prepared().rounded().report().entries().isEmpty())
          .isEqualTo(new StudyMemory(store).rounding() != RoundingDepth.FITTED);
    }
  }

  private boolean isQuick() {
    try (StudyStore store =
        StudyStore.open(temp.resolve("study.db"), Map.of("seed", "1"), Clock.systemUTC())) {
      return new StudyMemory(store).rounding() != RoundingDepth.FITTED;
    }
  }

  @Test
  void withoutABudgetWeightsAreFitted() throws IOException {
    round(24, new Hurries(), null);
    assertThat(isQuick()).isFalse();
    assertThat(said.toString(StandardCharsets.UTF_8)).doesNotContain("budget is short");
  }

  /** Of 25 s 15 are kept for the end; eight of the others are over after as many looks. */
  @Test
  void whereFittingTakesTooMuchOfTheBudgetItGivesWayAndResumingChangesNothing() throws IOException {
    round(6, new Hurries(), Duration.ofSeconds(25));
    assertThat(isQuick()).isTrue();
    assertThat(said.toString(StandardCharsets.UTF_8)).contains("The budget is short");
    said.reset();

    round(6, new SetClock(), null);
    assertThat(isQuick()).isTrue();
    assertThat(said.toString(StandardCharsets.UTF_8)).contains("The budget is short");
  }

  @Test
  void aUsersStopIsNoReasonToRoundOtherwise() {
    interrupted.set(true);
    assertThatThrownBy(() -> round(24, new SetClock(), Duration.ofHours(1)))
        .isInstanceOf(CancellationException.class);
    assertThat(isQuick()).isFalse();
  }
}
