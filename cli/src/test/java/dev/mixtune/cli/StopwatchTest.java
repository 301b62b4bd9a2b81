package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class StopwatchTest {
  private static final int THREADS = 4;

  private final Stopwatch stopwatch = new Stopwatch();
  private final ExecutorService workers = Executors.newFixedThreadPool(THREADS);

  @AfterEach
  void stop() {
    workers.shutdownNow();
  }

  /** Counts how many measure at once, and how many have measured. */
  private static final class Measurements {
    private final AtomicInteger atOnce = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    private final AtomicInteger done = new AtomicInteger();

    boolean measure() {
      most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
      Thread.onSpinWait();
      atOnce.decrementAndGet();
      done.incrementAndGet();
      return true;
    }
  }

  @Test
  void neverAreTwoMeasuredAtOnceAndNoneIsLeft() throws Exception {
    for (int round = 0; round < 200; round++) {
      Measurements measurements = new Measurements();
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 24; i++) {
        boolean waits = i % 3 == 0;
        all.add(
            workers.submit(
                () -> {
                  if (waits) {
                    stopwatch.hold(measurements::measure);
                  } else {
                    stopwatch.bring(measurements::measure);
                  }
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
      assertThat(measurements.done).hasValue(24);
      assertThat(measurements.most).hasValue(1);
    }
  }

  @Test
  void whoFindsItTakenGoesOn() throws Exception {
    CountDownLatch taken = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    Measurements measurements = new Measurements();
    Future<?> owner =
        workers.submit(
            () ->
                stopwatch.bring(
                    () -> {
                      taken.countDown();
                      awaitUninterrupted(goOn);
                      measurements.measure();
                    }));
    taken.await();

    stopwatch.bring(measurements::measure);
    assertThat(measurements.done).as("left to the one who has the stopwatch").hasValue(0);

    goOn.countDown();
    owner.get();
    assertThat(measurements.done).hasValue(2);
  }

  @Test
  void whoHeldItMeasuresWhatWasBroughtMeanwhile() throws Exception {
    Measurements measurements = new Measurements();
    stopwatch.hold(
        () -> {
          Thread other = new Thread(() -> stopwatch.bring(measurements::measure));
          other.start();
          try {
            other.join();
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
          assertThat(measurements.done).hasValue(0);
          return true;
        });
    assertThat(measurements.done).hasValue(1);
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void waitingForOnesTurnIsCounted() throws Exception {
    CountDownLatch taken = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    Future<?> owner =
        workers.submit(
            () ->
                stopwatch.hold(
                    () -> {
                      taken.countDown();
                      awaitUninterrupted(goOn);
                      return true;
                    }));
    taken.await();
    long before = stopwatch.waitedNanos();
    Thread waiter = new Thread(() -> stopwatch.hold(() -> true));
    waiter.start();
    while (waiter.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    long start = System.nanoTime();
    while (System.nanoTime() - start < 1_000_000) {
      Thread.onSpinWait();
    }
    goOn.countDown();
    owner.get();
    waiter.join();
    assertThat(stopwatch.waitedNanos() - before).isGreaterThanOrEqualTo(1_000_000);
  }
}
