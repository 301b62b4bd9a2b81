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
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One worker process as its owner sees it: a line of JSON goes in, a line of JSON comes out, and in
 * between a heartbeat each second. Used by one thread at a time, which reads the answer itself:
 * every thread in between would wait for a turn on a busy machine. A thread beside it looks at the
 * time and ends the process, which ends the reading.
 */
final class WorkerProcess implements AutoCloseable {
  static final String BEAT = "beat";

  /** The entry of an answer that could not be handed over, and why. */
  static final String FULL = "full";

  private static final String BEAT_LINE = "{\"" + BEAT + "\"";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long SLICE_MILLIS = 250;
  private static final long MOST_SILENT_MILLIS = 60_000;
  private static final int EXIT_OUT_OF_MEMORY = 3;
  private static final int EXIT_KILLED = 137;
  private static final int EXIT_TERMINATED = 143;

  private final Process process;
  private final BufferedWriter requests;
  private final BufferedReader answers;
  private final SharedMemory memory;

  private boolean waiting;
  private long limitMillis;
  private long leftMillis;
  private long silentMillis;
  private @Nullable String killedFor;

  private WorkerProcess(Process process, SharedMemory memory) {
    this.process = process;
    this.memory = memory;
    this.requests =
        new BufferedWriter(
            new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
    this.answers =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    Thread watch = new Thread(this::watch, "worker-" + process.pid());
    watch.setDaemon(true);
    watch.start();
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

  SharedMemory memory() {
    return memory;
  }

  boolean isAlive() {
    return process.isAlive();
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

  private JsonNode await(Duration limit) throws WorkerDied {
    begin(limit);
    try {
      while (true) {
        String line = answers.readLine();
        if (line == null) {
          throw new WorkerDied(ending());
        }
        heard();
        // Libraries and the JVM may have something to say too.
        if (line.startsWith("{") && !line.startsWith(BEAT_LINE)) {
          return parse(line);
        }
      }
    } catch (IOException e) {
      throw new WorkerDied(ending());
    } finally {
      end();
    }
  }

  private synchronized void begin(Duration limit) {
    waiting = true;
    limitMillis = limit.toMillis();
    leftMillis = limitMillis;
    silentMillis = 0;
  }

  private synchronized void heard() {
    silentMillis = 0;
  }

  private synchronized void end() {
    waiting = false;
  }

  /**
   * Time is counted in slices in which this process was awake, so that a machine that slept for the
   * night does not lose its candidates.
   */
  private void watch() {
    try {
      while (!process.waitFor(SLICE_MILLIS, TimeUnit.MILLISECONDS)) {
        slicePassed();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void slicePassed() {
    if (!waiting) {
      return;
    }
    leftMillis -= SLICE_MILLIS;
    silentMillis += SLICE_MILLIS;
    if (leftMillis < 0) {
      killedFor = "it took longer than " + limitMillis / 1000.0 + " s";
    } else if (silentMillis > MOST_SILENT_MILLIS) {
      killedFor = "its process fell silent";
    }
    if (killedFor != null) {
      process.destroyForcibly();
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
    String reason = reason();
    if (reason != null) {
      return reason;
    }
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

  private synchronized @Nullable String reason() {
    return killedFor;
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
