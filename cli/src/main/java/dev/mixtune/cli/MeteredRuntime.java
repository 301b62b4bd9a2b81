package dev.mixtune.cli;

import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.runtime.ForwardingSession;
import dev.mixtune.engine.runtime.ModelRuntime;
import dev.mixtune.engine.runtime.Session;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/** Measures how long sessions take to open and to run, all threads together. Thread-safe. */
final class MeteredRuntime implements ModelRuntime {
  private final ModelRuntime runtime;
  private final LongAdder opened = new LongAdder();
  private final LongAdder openNanos = new LongAdder();
  private final LongAdder runNanos = new LongAdder();

  MeteredRuntime(ModelRuntime runtime) {
    this.runtime = runtime;
  }

  /**
   * What was measured since the start.
   *
   * @param opened sessions
   * @param openNanos spent opening them
   * @param runNanos spent running them
   */
  record Reading(long opened, long openNanos, long runNanos) {
    Reading plus(Reading other) {
      return new Reading(
          opened + other.opened, openNanos + other.openNanos, runNanos + other.runNanos);
    }

    Reading since(Reading earlier) {
      return new Reading(
          opened - earlier.opened, openNanos - earlier.openNanos, runNanos - earlier.runNanos);
    }
  }

  Reading read() {
    return new Reading(opened.sum(), openNanos.sum(), runNanos.sum());
  }

  @Override
  public String version() {
    return runtime.version();
  }

  @Override
  public Session open(byte[] model, int threads) {
    return open(() -> runtime.open(model, threads));
  }

  @Override
  public Session open(Path file, int threads) {
    return open(() -> runtime.open(file, threads));
  }

  @Override
  public List<ExecutedNode> executedNodes(byte[] model) {
    return runtime.executedNodes(model);
  }

  private Session open(Supplier<Session> opener) {
    long start = System.nanoTime();
    Session session = opener.get();
    openNanos.add(System.nanoTime() - start);
    opened.increment();
    return new Metered(session);
  }

  private final class Metered extends ForwardingSession {
    Metered(Session session) {
      super(session);
    }

    @Override
    public List<Tensor> run(Map<String, Tensor> inputs) {
      long start = System.nanoTime();
      try {
        return super.run(inputs);
      } finally {
        runNanos.add(System.nanoTime() - start);
      }
    }

    @Override
    public Prepared prepare(Map<String, Tensor> inputs) {
      Prepared prepared = super.prepare(inputs);
      return new Prepared() {
        @Override
        public long runNanos() {
          long nanos = prepared.runNanos();
          runNanos.add(nanos);
          return nanos;
        }

        @Override
        public void close() {
          prepared.close();
        }
      };
    }
  }
}
