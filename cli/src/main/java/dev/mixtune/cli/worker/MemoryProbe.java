package dev.mixtune.cli.worker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.runtime.OwnedFiles;
import dev.mixtune.engine.runtime.RuntimeFailure;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Measures the memory that a model takes, in a process of its own that opens and runs nothing else:
 * in a process that ran other models, what they left would be used again and not be seen.
 *
 * <p>What is counted is the most that was resident while the file was opened and run twice, above
 * what was resident before. The Java heap is made resident beforehand, so that it does not count.
 */
public final class MemoryProbe {
  /** The process keeps a few inputs and answers in its heap, and little else. */
  private static final long LEAST_HEAP_MEGABYTES = 64;

  private static final long HEAP_PER_INPUT = 8;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final WorkerLauncher launcher;
  private final OwnedFiles files;

  /**
   * @param launcher starts the processes
   * @param files names of the memory that is shared with them, which has one for a moment
   */
  public MemoryProbe(WorkerLauncher launcher, OwnedFiles files) {
    this.launcher = launcher;
    this.files = files;
  }

  /**
   * Options of a process whose heap is resident from the start and does not grow.
   *
   * @param inputs of one inference
   */
  public static List<String> fixedHeap(Map<String, Tensor> inputs) {
    long bytes = 0;
    for (Tensor tensor : inputs.values()) {
      bytes += Long.BYTES * Tensor.elements(tensor.shape());
    }
    long megabytes = LEAST_HEAP_MEGABYTES + HEAP_PER_INPUT * (bytes >> 20);
    return List.of("-Xms" + megabytes + "m", "-Xmx" + megabytes + "m", "-XX:+AlwaysPreTouch");
  }

  /**
   * The peak of one model.
   *
   * @param threads of one inference
   * @param inputs of one inference
   * @return bytes; empty where the operating system does not tell, or the model does not run there
   * @throws IOException when no process can be started
   */
  public OptionalLong peakBytes(Path model, int threads, Map<String, Tensor> inputs)
      throws IOException {
    try (WorkerProcess worker = WorkerProcess.start(launcher, files.free(".shared"), PATIENCE)) {
      ObjectNode request =
          JsonNodeFactory.instance
              .objectNode()
              .put("do", "memory")
              .put("file", model.toAbsolutePath().toString())
              .put("threads", threads);
      inputs.keySet().forEach(request.putArray("names")::add);
      TensorBlock.write(
          new ArrayList<>(inputs.values()), worker.memory(), request.putArray("inputs"));
      JsonNode answer = worker.ask(request, PATIENCE);
      return answer.has("peakBytes")
          ? OptionalLong.of(answer.path("peakBytes").asLong())
          : OptionalLong.empty();
    } catch (WorkerDied | RuntimeFailure e) {
      return OptionalLong.empty();
    }
  }
}
