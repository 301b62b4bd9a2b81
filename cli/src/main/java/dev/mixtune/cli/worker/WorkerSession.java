package dev.mixtune.cli.worker;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.UserException;
import dev.mixtune.engine.runtime.RuntimeFailure;
import dev.mixtune.engine.runtime.Session;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A model that is open in a worker process. When the process dies, the model is opened in a new one
 * and the request is made once more; a model whose process dies again has failed. Running is a
 * function of model and inputs, so the answers are the same as without the death.
 */
final class WorkerSession implements Session {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** A process that dies under the same model so many times is the model's fault. */
  private static final int MOST_DEATHS = 2;

  private final WorkerPool pool;
  private final Opening opening;
  private @Nullable WorkerProcess worker;
  private int deaths;
  private List<Port> inputs = List.of();
  private List<Port> outputs = List.of();

  /** Writes what a worker needs to open the model: into its memory and into the request. */
  interface Opening {
    void put(SharedMemory memory, ObjectNode request) throws IOException;
  }

  /** Does something in a worker. */
  private interface Request<T> {
    T make(WorkerProcess worker) throws IOException, WorkerDied;
  }

  /**
   * @throws RuntimeFailure when the runtime refuses the model or dies of it twice
   * @throws UserException when no memory can be shared with the worker
   */
  WorkerSession(WorkerPool pool, Opening opening) {
    this.pool = pool;
    this.opening = opening;
    try {
      withWorker(process -> true);
    } catch (RuntimeFailure | UserException e) {
      close();
      throw e;
    }
  }

  @Override
  public List<Port> inputs() {
    return inputs;
  }

  @Override
  public List<Port> outputs() {
    return outputs;
  }

  @Override
  public synchronized List<Tensor> run(Map<String, Tensor> tensors) {
    return withWorker(
        process -> {
          JsonNode answer = ask(process, "run", request -> put(tensors, process, request));
          return TensorBlock.read(answer.path("outputs"), process.memory());
        });
  }

  @Override
  public synchronized Prepared prepare(Map<String, Tensor> tensors) {
    withWorker(process -> ask(process, "prepare", request -> put(tensors, process, request)));
    return new Prepared() {
      @Override
      public long runNanos() {
        return time();
      }

      @Override
      public void close() {
        // The worker keeps the inputs until it prepares others or the model is closed.
      }
    };
  }

  /** Not repeated after a death: a new process has nothing prepared. */
  private synchronized long time() {
    WorkerProcess process = worker;
    if (process == null) {
      throw new RuntimeFailure("the worker process is gone", /* cause= */ null);
    }
    try {
      return ask(process, "time", request -> {}).path("nanos").asLong();
    } catch (WorkerDied e) {
      lose(process);
      throw new RuntimeFailure("while it was timed " + e.getMessage(), e);
    }
  }

  private <T> T anew(Request<T> request) throws WorkerDied {
    try {
      WorkerProcess process = worker;
      if (process == null) {
        process = pool.take();
        worker = process;
        open(process);
      }
      return request.make(process);
    } catch (IOException e) {
      throw full(e);
    } catch (UncheckedIOException e) {
      throw full(e);
    }
  }

  private static UserException full(Exception e) {
    return new UserException(
        "memory cannot be shared with a worker process: " + e.getMessage(),
        "Free some space in the temp folder, or set -Djava.io.tmpdir in MIXTUNE_JAVA_OPTS;"
            + " --in-process does without shared memory, which holds 2 GiB at most",
        e);
  }

  private <T> T withWorker(Request<T> request) {
    while (true) {
      try {
        return anew(request);
      } catch (WorkerDied e) {
        WorkerProcess dead = worker;
        if (dead != null) {
          lose(dead);
        }
        if (Thread.currentThread().isInterrupted()) {
          throw new CancellationException("interrupted in a worker process");
        }
        deaths++;
        pool.report(String.valueOf(e.getMessage()), deaths);
        if (deaths >= MOST_DEATHS) {
          throw new RuntimeFailure("given up after " + deaths + " tries: " + e.getMessage(), e);
        }
      }
    }
  }

  private void lose(WorkerProcess dead) {
    worker = null;
    dead.close();
  }

  private void open(WorkerProcess process) throws IOException, WorkerDied {
    ObjectNode request = JsonNodeFactory.instance.objectNode();
    opening.put(process.memory(), request);
    JsonNode answer = ask(process, "open", filled -> filled.setAll(request));
    inputs = ports(answer.path("inputs"));
    outputs = ports(answer.path("outputs"));
  }

  private static List<Port> ports(JsonNode node) {
    return JSON.convertValue(node, new TypeReference<List<Port>>() {});
  }

  private static void put(Map<String, Tensor> tensors, WorkerProcess process, ObjectNode request) {
    try {
      tensors.keySet().forEach(request.putArray("names")::add);
      TensorBlock.write(
          new ArrayList<>(tensors.values()), process.memory(), request.putArray("inputs"));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot share memory with a worker process", e);
    }
  }

  private JsonNode ask(WorkerProcess process, String what, Consumer<ObjectNode> fill)
      throws WorkerDied {
    ObjectNode request = JsonNodeFactory.instance.objectNode().put("do", what);
    fill.accept(request);
    JsonNode answer = pool.ask(process, request);
    if (answer.has(WorkerProcess.FULL)) {
      throw full(new IOException(answer.path(WorkerProcess.FULL).asText()));
    }
    if (answer.has("failure")) {
      throw new RuntimeFailure(answer.path("failure").asText(), /* cause= */ null);
    }
    return answer;
  }

  /** The process goes back to the pool, where it waits for the next model. */
  @Override
  public synchronized void close() {
    WorkerProcess process = worker;
    worker = null;
    if (process == null) {
      return;
    }
    try {
      ask(process, "close", request -> {});
      pool.giveBack(process);
    } catch (WorkerDied | RuntimeFailure e) {
      process.close();
    }
  }
}
