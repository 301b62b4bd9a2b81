package dev.mixtune.cli.worker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.runtime.ModelRuntime;
import dev.mixtune.engine.runtime.RuntimeFailure;
import dev.mixtune.engine.runtime.Session;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What a worker process does: it opens one model at a time and runs it on what lies in the shared
 * memory. It ends when its owner closes its input, or within a second of its owner's death, in
 * whatever it is caught up then.
 */
public final class WorkerLoop {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long BEAT_MILLIS = 1_000;
  private static final int EXIT_OWNER_GONE = 0;

  private final ModelRuntime runtime;
  private final SharedMemory memory;
  private final PrintStream out;
  private @Nullable Session session;
  private Session.@Nullable Prepared prepared;

  private WorkerLoop(ModelRuntime runtime, SharedMemory memory, PrintStream out) {
    this.runtime = runtime;
    this.memory = memory;
    this.out = out;
  }

  /**
   * Serves until the input ends; does not return.
   *
   * @param runtime runs the models
   * @param shared the file that the owner made
   * @param in requests, a line of JSON each
   * @param out answers and heartbeats, a line of JSON each
   */
  public static void serve(ModelRuntime runtime, Path shared, InputStream in, PrintStream out) {
    try (SharedMemory memory = SharedMemory.join(shared)) {
      preferToBeKilled();
      WorkerLoop loop = new WorkerLoop(runtime, memory, out);
      Thread heart = new Thread(loop::beat, "heartbeat");
      heart.setDaemon(true);
      heart.start();
      loop.answer(JsonNodeFactory.instance.objectNode().put("ready", true));
      loop.run(in);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot join " + shared, e);
    }
  }

  /** Where memory runs out, Linux shall end the worker and not the study. */
  private static void preferToBeKilled() {
    try {
      Files.writeString(Path.of("/proc/self/oom_score_adj"), "800");
    } catch (IOException e) {
      return; // Only Linux has it.
    }
  }

  /** Nobody who hears it is left when the owner is gone: then this process ends too. */
  private void beat() {
    try {
      while (!out.checkError()) {
        Thread.sleep(BEAT_MILLIS);
        answer(JsonNodeFactory.instance.objectNode().put(WorkerProcess.BEAT, true));
      }
      // Even from within a native call that never returns.
      Runtime.getRuntime().halt(EXIT_OWNER_GONE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void answer(ObjectNode line) {
    synchronized (out) {
      out.println(line);
      out.flush();
    }
  }

  private void run(InputStream in) throws IOException {
    BufferedReader requests = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    for (String line = requests.readLine(); line != null; line = requests.readLine()) {
      ObjectNode answer = JsonNodeFactory.instance.objectNode();
      try {
        serve(JSON.readTree(line), answer);
      } catch (RuntimeFailure e) {
        answer.removeAll();
        answer.put("failure", String.valueOf(e.getMessage()));
      } catch (IOException e) {
        // The shared file cannot grow: the machine is short of space, the model has not failed.
        answer.removeAll();
        answer.put(WorkerProcess.FULL, String.valueOf(e.getMessage()));
      }
      answer(answer);
    }
    Runtime.getRuntime().halt(EXIT_OWNER_GONE);
  }

  private void serve(JsonNode request, ObjectNode answer) throws IOException {
    String what = request.path("do").asText();
    switch (what) {
      case "open" -> open(request, answer);
      case "run" -> TensorBlock.write(opened().run(inputs(request)), memory, outputs(answer));
      case "prepare" -> {
        release();
        prepared = opened().prepare(inputs(request));
      }
      case "time" -> answer.put("nanos", ready().runNanos());
      case "memory" -> peak(request).ifPresent(bytes -> answer.put("peakBytes", bytes));
      case "close" -> close();
      default -> throw new RuntimeFailure("unknown request '" + what + "'", /* cause= */ null);
    }
  }

  /** Twice, since some kernels take memory when they have run once. */
  private OptionalLong peak(JsonNode request) throws IOException {
    Map<String, Tensor> inputs = inputs(request);
    Optional<ResidentMemory> counted = ResidentMemory.fromHere(Path.of("/proc/self"));
    try (Session open =
        runtime.open(Path.of(request.path("file").asText()), request.path("threads").asInt(1))) {
      open.run(inputs);
      open.run(inputs);
      return counted.isPresent() ? counted.get().peakBytes() : OptionalLong.empty();
    }
  }

  private static ArrayNode outputs(ObjectNode answer) {
    return answer.putArray("outputs");
  }

  private Map<String, Tensor> inputs(JsonNode request) throws IOException {
    List<Tensor> tensors = TensorBlock.read(request.path("inputs"), memory);
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    for (int i = 0; i < tensors.size(); i++) {
      inputs.put(request.path("names").path(i).asText(), tensors.get(i));
    }
    return inputs;
  }

  private void open(JsonNode request, ObjectNode answer) throws IOException {
    close();
    int threads = request.path("threads").asInt(1);
    Session open;
    if (request.has("file")) {
      open = runtime.open(Path.of(request.path("file").asText()), threads);
    } else {
      ByteBuffer all = memory.view(request.path("bytes").asLong());
      byte[] model = new byte[all.remaining()];
      all.get(model);
      open = runtime.open(model, threads);
    }
    session = open;
    answer.set("inputs", JSON.valueToTree(ports(open.inputs())));
    answer.set("outputs", JSON.valueToTree(ports(open.outputs())));
  }

  private static List<Session.Port> ports(List<Session.Port> ports) {
    return new ArrayList<>(ports);
  }

  private Session opened() {
    if (session == null) {
      throw new RuntimeFailure("no model is open", /* cause= */ null);
    }
    return session;
  }

  private Session.Prepared ready() {
    if (prepared == null) {
      throw new RuntimeFailure("no inputs are prepared", /* cause= */ null);
    }
    return prepared;
  }

  private void release() {
    if (prepared != null) {
      prepared.close();
      prepared = null;
    }
  }

  private void close() {
    release();
    if (session != null) {
      session.close();
      session = null;
    }
  }
}
