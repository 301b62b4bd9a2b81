package dev.mixtune.cli.worker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mixtune.engine.UserException;
import dev.mixtune.engine.runtime.OwnedFiles;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Worker processes that wait for a model, and the starting of new ones. Thread-safe. */
final class WorkerPool implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerPool.class);
  private static final Duration PATIENCE_AT_START = Duration.ofMinutes(2);

  private final WorkerLauncher launcher;
  private final TimeLimits limits;
  private final OwnedFiles files;
  private final AtomicInteger started = new AtomicInteger();
  private final AtomicInteger lost = new AtomicInteger();
  private final Deque<WorkerProcess> idle = new ArrayDeque<>();
  private final Set<WorkerProcess> alive = new HashSet<>();
  private boolean closed;

  /**
   * @param files names of the shared files, which have them for a moment
   */
  WorkerPool(WorkerLauncher launcher, TimeLimits limits, OwnedFiles files) {
    this.launcher = launcher;
    this.limits = limits;
    this.files = files;
  }

  /** A process that waits, or a new one. */
  WorkerProcess take() throws WorkerDied {
    synchronized (this) {
      if (closed) {
        throw new CancellationException("the worker processes were ended");
      }
      // One that died while it waited died of no model: the next is asked.
      for (WorkerProcess waiting = idle.pollLast(); waiting != null; waiting = idle.pollLast()) {
        if (waiting.isAlive()) {
          return waiting;
        }
        alive.remove(waiting);
        waiting.close();
      }
    }
    long start = System.nanoTime();
    started.incrementAndGet();
    try {
      WorkerProcess worker =
          WorkerProcess.start(launcher, files.free(".shared"), PATIENCE_AT_START);
      LOG.info(
          "worker process {} was ready after {} ms",
          worker.pid(),
          TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
      synchronized (this) {
        if (!closed) {
          alive.add(worker);
          return worker;
        }
      }
      worker.close();
      throw new CancellationException("the worker processes were ended");
    } catch (IOException e) {
      throw new UserException(
          "a worker process cannot be started: " + e.getMessage(),
          "Maybe the temp folder '"
              + files.folder()
              + "' is full; --in-process does without workers",
          e);
    }
  }

  synchronized void giveBack(WorkerProcess worker) {
    idle.addLast(worker);
  }

  /** Asks within the limit that the times so far suggest. */
  JsonNode ask(WorkerProcess worker, ObjectNode request) throws WorkerDied {
    String kind = request.path("do").asText();
    long start = System.nanoTime();
    try {
      JsonNode answer = worker.ask(request, limits.next(kind));
      limits.observe(kind, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
      return answer;
    } catch (WorkerDied e) {
      synchronized (this) {
        alive.remove(worker);
      }
      throw e;
    }
  }

  /** A death is worth a line in the log, whatever comes of it. */
  void report(String reason, int deaths) {
    lost.incrementAndGet();
    LOG.warn("a worker process was lost (time {} for this model): {}", deaths, reason);
  }

  /** Processes that died so far. */
  int lost() {
    return lost.get();
  }

  /** Processes that were started so far. */
  int started() {
    return started.get();
  }

  /** Processor time of the living processes. */
  synchronized Duration processorTime() {
    return alive.stream().map(WorkerProcess::processorTime).reduce(Duration.ZERO, Duration::plus);
  }

  @Override
  public synchronized void close() {
    closed = true;
    alive.forEach(WorkerProcess::close);
    alive.clear();
    idle.clear();
  }
}
