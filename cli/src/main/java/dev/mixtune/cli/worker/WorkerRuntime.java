package dev.mixtune.cli.worker;

import dev.mixtune.engine.runtime.ModelRuntime;
import dev.mixtune.engine.runtime.OwnedFiles;
import dev.mixtune.engine.runtime.Session;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Opens and runs models in worker processes. What kills such a process costs the one model that was
 * open in it: its session fails with {@link dev.mixtune.engine.runtime.RuntimeFailure} when it
 * happens twice. Answers are bit for bit those of the runtime in this process. Thread-safe.
 *
 * <p>There are as many processes as sessions were ever open at the same time.
 */
public final class WorkerRuntime implements ModelRuntime, AutoCloseable {
  private final ModelRuntime here;
  private final WorkerPool pool;

  /**
   * @param here the same runtime in this process, which names the version and describes kernels
   * @param launcher starts the processes
   * @param limits how long they may take
   * @param files names of the memory that is shared with them, which has one for a moment
   */
  public WorkerRuntime(
      ModelRuntime here, WorkerLauncher launcher, TimeLimits limits, OwnedFiles files) {
    this.here = here;
    this.pool = new WorkerPool(launcher, limits, files);
  }

  @Override
  public String version() {
    return here.version();
  }

  @Override
  public Session open(byte[] model, int threads) {
    return new WorkerSession(
        pool,
        (memory, request) -> {
          memory.forWriting(model.length).put(model);
          request.put("bytes", model.length).put("threads", threads);
        });
  }

  @Override
  public Session open(Path file, int threads) {
    String path = file.toAbsolutePath().toString();
    return new WorkerSession(
        pool, (memory, request) -> request.put("file", path).put("threads", threads));
  }

  @Override
  public List<ExecutedNode> executedNodes(byte[] model) {
    return here.executedNodes(model);
  }

  /** Processes that died so far. */
  public int lostProcesses() {
    return pool.lost();
  }

  /** Processes that were started so far. */
  int startedProcesses() {
    return pool.started();
  }

  /** Processor time that the living processes have used. */
  public Duration processorTime() {
    return pool.processorTime();
  }

  /** Ends the processes. */
  @Override
  public void close() {
    pool.close();
  }
}
