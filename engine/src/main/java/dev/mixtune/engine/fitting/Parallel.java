package dev.mixtune.engine.fitting;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;

/** Spreads independent pieces of work over an executor that somebody else owns. */
final class Parallel {
  /** Pieces per call: enough to balance a handful of cores, few enough to cost nothing. */
  private static final int CHUNKS = 32;

  private final ExecutorService executor;

  Parallel(ExecutorService executor) {
    this.executor = executor;
  }

  /** Runs {@code work} for 0 .. count - 1 and returns when all are done. */
  void forEach(int count, IntConsumer work) {
    int chunks = Math.min(count, CHUNKS);
    List<Callable<Void>> tasks = new ArrayList<>();
    for (int chunk = 0; chunk < chunks; chunk++) {
      int from = (int) ((long) count * chunk / chunks);
      int to = (int) ((long) count * (chunk + 1) / chunks);
      tasks.add(
          () -> {
            for (int i = from; i < to; i++) {
              work.accept(i);
            }
            return null;
          });
    }
    try {
      for (Future<Void> done : executor.invokeAll(tasks)) {
        done.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("rounding was interrupted");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    }
  }
}
