package dev.mixtune.cli;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The one stopwatch of a study, which workers hand to each other: never are two plans timed at
 * once, and a worker that finds it taken leaves its measurement to the one who has it and goes on.
 */
final class Stopwatch {
  /** What waits keeps a model in memory; beyond this one waits with it. */
  private static final int MOST_WAITING = 4;

  private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
  private final ReentrantLock turn = new ReentrantLock();
  private final LongAdder waitedNanos = new LongAdder();

  /** Measures at once, or as soon as nobody else does; then what others brought meanwhile. */
  <T> T hold(Supplier<T> measurement) {
    try {
      return alone(measurement);
    } finally {
      measureWaiting();
    }
  }

  private <T> T alone(Supplier<T> measurement) {
    long start = System.nanoTime();
    turn.lock();
    try {
      waitedNanos.add(System.nanoTime() - start);
      return measurement.get();
    } finally {
      turn.unlock();
    }
  }

  /**
   * Has something measured, by this thread or by the one that has the stopwatch now. When all
   * threads have returned from here, everything that they brought was measured.
   *
   * @param measurement must not fail
   */
  void bring(Runnable measurement) {
    if (waiting.size() >= MOST_WAITING) {
      hold(
          () -> {
            measurement.run();
            return true;
          });
    } else {
      waiting.add(measurement);
      measureWaiting();
    }
  }

  private void measureWaiting() {
    // Whoever has the stopwatch may have found nothing just before; then it looks again.
    while (!waiting.isEmpty() && turn.tryLock()) {
      try {
        for (Runnable next = waiting.poll(); next != null; next = waiting.poll()) {
          next.run();
        }
      } finally {
        turn.unlock();
      }
    }
  }

  /** How long threads waited for their turn so far, all together. */
  long waitedNanos() {
    return waitedNanos.sum();
  }
}
