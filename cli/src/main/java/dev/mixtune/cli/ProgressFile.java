package dev.mixtune.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mixtune.engine.UserException;
import dev.mixtune.results.AtomicFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code progress.json} in a study's folder: where the study stands, for other shells. It is
 * replaced as a whole every few seconds, and at each phase. Thread-safe.
 */
final class ProgressFile implements AutoCloseable {
  static final int SCHEMA_VERSION = 1;
  static final String RUNNING = "running";
  static final String ENDED = "ended";
  private static final Logger LOG = LoggerFactory.getLogger(ProgressFile.class);
  private static final long BEAT_SECONDS = 10;
  private static final long LEAST_MILLIS = 2_000;
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private final Path file;
  private final Clock clock;
  private final ObjectNode content = JsonNodeFactory.instance.objectNode();
  private final ScheduledExecutorService heart =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread thread = new Thread(work, "progress");
            thread.setDaemon(true);
            return thread;
          });
  private final ScheduledFuture<?> beats;
  private long written;
  private String phase = "";
  private boolean failed;

  /**
   * Writes the file from now on.
   *
   * @param startedMillis when the study began
   */
  ProgressFile(Path file, Clock clock, long startedMillis) {
    this.file = file;
    this.clock = clock;
    content
        .put("schemaVersion", SCHEMA_VERSION)
        .put("state", RUNNING)
        .put("process", ProcessHandle.current().pid())
        .put("machine", machine())
        .put("startedMillis", startedMillis);
    write();
    beats = heart.scheduleWithFixedDelay(this::write, BEAT_SECONDS, BEAT_SECONDS, TimeUnit.SECONDS);
  }

  /** Name of this machine in its network. */
  static String machine() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "unknown";
    }
  }

  /** How far a phase is; see {@link Console#progress}. */
  synchronized void progress(String name, double fraction, @Nullable Duration left, String detail) {
    boolean next = !name.equals(phase);
    phase = name;
    content.put("phase", name).put("fraction", fraction).put("detail", detail);
    if (left == null) {
      content.putNull("secondsLeft");
    } else {
      content.put("secondsLeft", left.toSeconds());
    }
    if (next || clock.millis() - written >= LEAST_MILLIS) {
      write();
    }
  }

  /** Where the search stands. */
  synchronized void search(SearchFigures figures) {
    content.set("search", JSON.valueToTree(figures));
  }

  /** The study came to an end of its own. */
  synchronized void ended(int exitCode) {
    content.put("state", ENDED).put("exitCode", exitCode);
    content.put("secondsLeft", 0);
    write();
  }

  private synchronized void write() {
    written = clock.millis();
    content.put("updatedMillis", written);
    try {
      AtomicFile.write(file, JSON.writeValueAsString(content));
      failed = false;
    } catch (UserException e) {
      if (!failed) {
        LOG.warn("progress cannot be written", e);
      }
      failed = true; // Whoever evaluates will say so; a watcher must not end the study.
    } catch (IOException e) {
      throw new UncheckedIOException("a tree is always JSON", e);
    }
  }

  @Override
  public void close() {
    beats.cancel(/* mayInterruptIfRunning= */ false);
    heart.shutdown();
  }
}
