package dev.mixtune.cli;

import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waits for work on other threads. */
final class Futures {
  private static final Logger LOG = LoggerFactory.getLogger(Futures.class);
  private static final long POLL_MILLIS = 200;

  private Futures() {}

  /**
   * The result, or what the work threw.
   *
   * @param abandoned asked now and then; when true the wait ends
   * @throws CancellationException when the wait was abandoned or interrupted
   */
  static <T> T await(Future<T> future, BooleanSupplier abandoned) {
    while (true) {
      try {
        return future.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        if (abandoned.getAsBoolean()) {
          throw new CancellationException("stopped while waiting");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new CancellationException("interrupted while waiting");
      } catch (ExecutionException e) {
        if (e.getCause() instanceof RuntimeException cause) {
          throw cause;
        }
        throw new IllegalStateException("work on another thread failed", e.getCause());
      }
    }
  }

  /** Waits for work to end, well or not; an interrupt ends the wait. */
  static void settle(Future<?> future) {
    try {
      future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | CancellationException e) {
      LOG.info("work on another thread failed", e);
    }
  }
}
