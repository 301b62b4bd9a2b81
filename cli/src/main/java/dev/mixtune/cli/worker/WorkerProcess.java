package dev.mixtune.cli.worker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One worker process as its owner sees it: a line of JSON goes in, a line of JSON comes out, and in
 * between a heartbeat each second. Used by one thread at a time.
 */
final class WorkerProcess implements AutoCloseable {
  static final String BEAT = "beat";
  private static final String BEAT_LINE = "{\"" + BEAT + "\"";

  /** What stands in the queue when there will be no more lines. */
  private static final String END = "";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long SLICE_MILLIS = 250;
  private static final long MOST_SILENT_MILLIS = 60_000;
  private static final int EXIT_OUT_OF_MEMORY = 3;
  private static final int EXIT_KILLED = 137;
  private static final int EXIT_TERMINATED = 143;

  private final Process process;
  private final BufferedWriter requests;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private final SharedMemory memory;

  /** Written by the reader alone. */
  private volatile long beats;

  private WorkerProcess(Process process, SharedMemory memory) {
    this.process = process;
    this.memory = memory;
    this.requests =
        new BufferedWriter(
            new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
    Thread reader = new Thread(this::readLines, "worker-" + process.pid());
    reader.setDaemon(true);
    reader.start();
  }

  /**
   * Starts a process and waits until it is ready.
   *
   * @param shared the file to share, which does not exist yet
   * @param patience for its start
   */
  static WorkerProcess start(WorkerLauncher launcher, Path shared, Duration patience)
      throws IOException, WorkerDied {
    SharedMemory memory = SharedMemory.create(shared);
    WorkerProcess worker = null;
    try {
      worker = new WorkerProcess(launcher.start(shared), memory);
      worker.await(patience);
      return worker;
    } catch (IOException | WorkerDied | RuntimeException e) {
      if (worker == null) {
        memory.close();
      } else {
        worker.close();
      }
      throw e;
    } finally {
      memory.unlink();
    }
  }

  private void readLines() {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (line.startsWith(BEAT_LINE)) {
          beats =
              beats + 1; // Counted, not kept: a process that waits all night beats all the same.
        } else if (line.startsWith("{")) { // Libraries and the JVM may have something to say too.
          lines.add(line);
        }
      }
    } catch (IOException e) {
      // The end of the process is what the queue says next.
    } finally {
      lines.add(END);
    }
  }

  SharedMemory memory() {
    return memory;
  }

  long pid() {
    return process.pid();
  }

  /** Processor time that the process has used so far. */
  Duration processorTime() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /**
   * Sends a request and waits for its answer.
   *
   * @throws WorkerDied when the process ends, falls silent, or takes longer than the limit; it is
   *     of no more use then
   */
  JsonNode ask(ObjectNode request, Duration limit) throws WorkerDied {
    try {
      requests.write(request.toString());
      requests.write('\n');
      requests.flush();
    } catch (IOException e) {
      throw new WorkerDied(ending());
    }
    return await(limit);
  }

  /**
   * Time is counted in slices in which this process was awake, so that a machine that slept for the
   * night does not lose its candidates.
   */
  private JsonNode await(Duration limit) throws WorkerDied {
    long left = limit.toMillis();
    long silent = 0;
    long heard = beats;
    while (true) {
      String line = poll();
      if (line != null && line.equals(END)) {
        throw new WorkerDied(ending());
      }
      if (line != null) {
        return parse(line);
      }
      left -= SLICE_MILLIS;
      silent = heard == beats ? silent + SLICE_MILLIS : 0;
      heard = beats;
      if (left < 0) {
        throw new WorkerDied("it took longer than " + limit.toMillis() / 1000.0 + " s");
      }
      if (silent > MOST_SILENT_MILLIS) {
        throw new WorkerDied("its process fell silent");
      }
    }
  }

  private @Nullable String poll() throws WorkerDied {
    try {
      return lines.poll(SLICE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WorkerDied("the wait for it was interrupted");
    }
  }

  private static JsonNode parse(String line) throws WorkerDied {
    try {
      return JSON.readTree(line);
    } catch (IOException e) {
      throw new WorkerDied("its process wrote something that is no JSON");
    }
  }

  private String ending() {
    try {
      if (!process.waitFor(1, TimeUnit.SECONDS)) {
        return "its process closed its output";
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "the wait for it was interrupted";
    }
    int code = process.exitValue();
    return switch (code) {
      case EXIT_OUT_OF_MEMORY -> "its process ran out of memory";
      case EXIT_KILLED, EXIT_TERMINATED ->
          "its process was killed (exit code " + code + "), maybe for want of memory";
      default -> "its process crashed (exit code " + code + ")";
    };
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      memory.close();
    } catch (IOException e) {
      // The process is gone, and the file has no name any more.
      return;
    }
  }
}
