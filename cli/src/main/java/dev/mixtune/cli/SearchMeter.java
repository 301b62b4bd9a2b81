package dev.mixtune.cli;

import com.sun.management.OperatingSystemMXBean;
import dev.mixtune.results.Economy;
import java.lang.management.ManagementFactory;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Adds up where the time of the search's parts goes. Used by one thread. */
final class SearchMeter {
  private final int workers;
  private final LongSupplier elsewhereNanos;
  private double seconds;
  private double busySeconds;
  private double processorSeconds;
  private long sessions;
  private double openingSeconds;
  private double runningSeconds;

  SearchMeter(int workers) {
    this(workers, () -> 0);
  }

  /**
   * @param elsewhereNanos processor time of worker processes so far
   */
  SearchMeter(int workers, LongSupplier elsewhereNanos) {
    this.elsewhereNanos = elsewhereNanos;
    this.workers = workers;
  }

  /**
   * Does a part of the search.
   *
   * @param sessionsSoFar what its candidates' sessions took so far; nobody else's meanwhile
   * @param busyNanos time that workers have spent on its candidates so far
   */
  <T> T measure(
      Supplier<MeteredRuntime.Reading> sessionsSoFar, LongSupplier busyNanos, Supplier<T> part) {
    long start = System.nanoTime();
    long busy = busyNanos.getAsLong();
    long processor = processorNanos();
    MeteredRuntime.Reading before = sessionsSoFar.get();
    try {
      return part.get();
    } finally {
      MeteredRuntime.Reading used = sessionsSoFar.get().since(before);
      seconds += (System.nanoTime() - start) / 1e9;
      busySeconds += (busyNanos.getAsLong() - busy) / 1e9;
      processorSeconds += (processorNanos() - processor) / 1e9;
      sessions += used.opened();
      openingSeconds += used.openNanos() / 1e9;
      runningSeconds += used.runNanos() / 1e9;
    }
  }

  /** What was measured; empty when no session was opened. */
  Optional<Economy.Time> time() {
    double inside = openingSeconds + runningSeconds;
    if (sessions == 0 || !(inside > 0)) {
      return Optional.empty();
    }
    double all = seconds * workers;
    return Optional.of(
        new Economy.Time(
            seconds,
            sessions,
            openingSeconds,
            runningSeconds,
            (all - inside) / inside,
            busySeconds / all,
            processorSeconds / all));
  }

  private long processorNanos() {
    long here =
        ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
            ? Math.max(0, system.getProcessCpuTime())
            : 0;
    return here + elsewhereNanos.getAsLong();
  }
}
