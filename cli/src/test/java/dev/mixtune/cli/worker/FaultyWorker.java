package dev.mixtune.cli.worker;

import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.runtime.ModelRuntime;
import dev.mixtune.engine.runtime.RuntimeFailure;
import dev.mixtune.engine.runtime.Session;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * A worker process whose runtime does what its model says, a text: "square" answers with squares,
 * "abort" dies like a failed native assertion, "leak" takes memory without end, "hang" never
 * returns, "nan" answers NaN, "vast" answers with more than can be handed over, "refuse" is no
 * model, "take-N" takes N MiB while it runs, and "once:FILE" dies where FILE does not exist, after
 * making it.
 */
final class FaultyWorker {
  private FaultyWorker() {}

  public static void main(String[] arguments) {
    WorkerLoop.serve(
        new TextRuntime(), Path.of(arguments[1]), System.in, new PrintStream(System.out));
  }

  /** Models are texts. */
  static final class TextRuntime implements ModelRuntime {
    @Override
    public String version() {
      return "texts 1";
    }

    @Override
    public Session open(byte[] model, int threads) {
      String text = new String(model, StandardCharsets.UTF_8);
      if (text.equals("refuse")) {
        throw new RuntimeFailure("refused", null);
      }
      return new TextSession(text);
    }

    @Override
    public Session open(Path file, int threads) {
      return new TextSession(file.getFileName().toString());
    }

    @Override
    public List<ExecutedNode> executedNodes(byte[] model) {
      return List.of();
    }
  }

  private record TextSession(String text) implements Session {
    @Override
    public List<Port> inputs() {
      return List.of(new Port("x", "FLOAT", List.of(-1L, 3L), List.of("N", "")));
    }

    @Override
    public List<Port> outputs() {
      return List.of(new Port("y", "FLOAT", List.of(-1L, 3L)));
    }

    @Override
    public List<Tensor> run(Map<String, Tensor> inputs) {
      if (text.startsWith("once:")) {
        dieOnce(Path.of(text.substring("once:".length())));
      }
      switch (text) {
        case "abort" -> signal("ABRT");
        case "killed" -> signal("KILL");
        case "hang" -> hang();
        case "leak" -> leak();
        default -> {
          // Answers.
        }
      }
      if (text.equals("vast")) {
        Tensor mebibyte = new Tensor.Floats(new float[1 << 18], new long[] {1 << 18});
        return Collections.nCopies(1 << 11, mebibyte);
      }
      if (text.startsWith("take-")) {
        take(Integer.parseInt(text.substring("take-".length())));
      }
      List<Tensor> outputs = new ArrayList<>();
      for (Tensor tensor : inputs.values()) {
        outputs.add(tensor instanceof Tensor.Floats floats ? squared(floats) : tensor);
      }
      return outputs;
    }

    private Tensor squared(Tensor.Floats tensor) {
      float[] values = tensor.values().clone();
      for (int i = 0; i < values.length; i++) {
        values[i] = text.equals("nan") ? Float.NaN : values[i] * values[i];
      }
      return new Tensor.Floats(values, tensor.shape());
    }

    @Override
    public Prepared prepare(Map<String, Tensor> inputs) {
      return new Prepared() {
        @Override
        public long runNanos() {
          run(inputs);
          return 42;
        }

        @Override
        public void close() {
          // Nothing is held.
        }
      };
    }

    @Override
    public void close() {
      // Nothing is held.
    }
  }

  private static void dieOnce(Path marker) {
    try {
      if (!Files.exists(marker)) {
        Files.createFile(marker);
        signal("SEGV");
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Outside of the heap, and every page of it; it is let go of and counts all the same. */
  private static void take(int mebibytes) {
    ByteBuffer taken = ByteBuffer.allocateDirect(mebibytes << 20);
    for (int i = 0; i < taken.capacity(); i += 1024) {
      taken.put(i, (byte) 1);
    }
  }

  /** What native code does to its process. */
  private static void signal(String name) {
    try {
      long pid = ManagementFactory.getRuntimeMXBean().getPid();
      new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor();
      hang();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void hang() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void leak() {
    List<long[]> kept = new ArrayList<>();
    while (true) {
      kept.add(new long[1 << 20]);
    }
  }
}
