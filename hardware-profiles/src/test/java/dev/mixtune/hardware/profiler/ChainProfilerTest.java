package dev.mixtune.hardware.profiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.engine.runtime.OrtRuntime;
import dev.mixtune.hardware.TimerSettings;
import dev.mixtune.hardware.TimingLock;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ChainProfilerTest {
  private static final TimerSettings BRIEF = new TimerSettings(0.5, 0.95, 5_000_000L, 1, 5, 0.5, 1);

  @TempDir Path folder;

  @Test
  void waitsForItsTurnAndFreesItBetweenModels() throws InterruptedException {
    Path file = folder.resolve("turn.lock");
    CountDownLatch held = new CountDownLatch(1);
    CountDownLatch awaited = new CountDownLatch(1);
    Thread study = new Thread(() -> hold(file, held, awaited));
    study.setDaemon(true);
    study.start();
    held.await();

    TimingLock turn = new TimingLock(file, Duration.ofMillis(2), awaited::countDown, () -> false);
    AtomicInteger taken = new AtomicInteger();
    TimingLock beside =
        new TimingLock(file, Duration.ofMillis(2), taken::incrementAndGet, () -> false);
    OrtRuntime runtime = OrtRuntime.start(Path.of("target", "natives"));
    AtomicInteger measured = new AtomicInteger();
    try (ChainProfiler profiler = new ChainProfiler(runtime, 1, BRIEF, turn)) {
      double anchor = profiler.anchorNanos();
      assertThat(awaited.getCount()).as("it timed beside the study").isZero();
      assertThat(anchor).isPositive();
      ObservationFile.Header header =
          new ObservationFile.Header("machine", "runtime", 1, anchor, "2026-01-02");
      try (ObservationFile runs = ObservationFile.open(folder.resolve("runs"), header)) {
        profiler.run(
            new ChainGrid(2_000_000, 20).first(1),
            runs,
            Clock.systemUTC(),
            Instant.MAX,
            () -> false,
            (experiment, models) -> measured.addAndGet(beside.hold(() -> 1)));
      }
    }

    assertThat(measured.get()).isPositive();
    assertThat(taken.get()).as("turns that were not free between models").isZero();
    study.join();
  }

  private static void hold(Path file, CountDownLatch held, CountDownLatch until) {
    new TimingLock(file, Duration.ofMillis(2), () -> {}, () -> false)
        .hold(
            () -> {
              held.countDown();
              try {
                until.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              return 0;
            });
  }
}
