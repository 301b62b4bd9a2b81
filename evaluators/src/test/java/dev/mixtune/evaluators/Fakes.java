package dev.mixtune.evaluators;

import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.runtime.ModelRuntime;
import dev.mixtune.engine.runtime.RuntimeFailure;
import dev.mixtune.engine.runtime.Session;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A runtime whose models are words. A sample is a row of numbers; a model answers it with the row
 * itself, changed as its word says: {@code same}, {@code swap} (values in reverse), {@code
 * swap-negative} (reversed where the first value is negative), {@code nan}, {@code wide}, {@code
 * ints}, {@code crash}; {@code broken} does not open.
 */
final class Fakes implements ModelRuntime {
  final AtomicInteger open = new AtomicInteger();
  final AtomicInteger opened = new AtomicInteger();
  private final long batchAxis;
  private final long width;

  Fakes(long batchAxis, long width) {
    this.batchAxis = batchAxis;
    this.width = width;
  }

  static byte[] model(String word) {
    return word.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public String version() {
    return "fake 1";
  }

  @Override
  public Session open(byte[] model, int threads) {
    return open(new String(model, StandardCharsets.UTF_8), threads);
  }

  @Override
  public Session open(Path file, int threads) {
    return open(file.getFileName().toString(), threads);
  }

  private Session open(String word, int threads) {
    if (word.equals("broken") || threads != 1) {
      throw new RuntimeFailure("cannot open " + word, null);
    }
    open.incrementAndGet();
    opened.incrementAndGet();
    return new FakeSession(word);
  }

  @Override
  public List<ExecutedNode> executedNodes(byte[] model) {
    return List.of();
  }

  private final class FakeSession implements Session {
    private final String word;

    FakeSession(String word) {
      this.word = word;
    }

    @Override
    public List<Port> inputs() {
      return List.of(new Port("x", "FLOAT", List.of(batchAxis, width)));
    }

    @Override
    public List<Port> outputs() {
      return List.of(new Port("y", "FLOAT", List.of(batchAxis, width)));
    }

    @Override
    public List<Tensor> run(Map<String, Tensor> inputs) {
      Tensor.Floats x = (Tensor.Floats) inputs.get("x");
      int rows = (int) x.shape()[0];
      if (word.equals("crash") || (batchAxis > 0 && rows != batchAxis)) {
        throw new RuntimeFailure("crashed on " + rows + " rows", null);
      }
      if (word.equals("only-1") && rows > 1) {
        throw new RuntimeFailure("one row only", null);
      }
      if (word.equals("ints")) {
        return List.of(new Tensor.Longs(new long[rows], new long[] {rows}));
      }
      if (word.equals("wide")) {
        return List.of(new Tensor.Floats(new float[rows * 9], new long[] {rows, 9}));
      }
      float[] y = x.values().clone();
      int w = (int) width;
      for (int i = 0; i < rows; i++) {
        boolean swap =
            word.equals("swap") || (word.equals("swap-negative") && x.values()[i * w] < 0);
        for (int j = 0; swap && j < w; j++) {
          y[i * w + j] = x.values()[i * w + w - 1 - j];
        }
      }
      if (word.equals("nan")) {
        y[y.length - 1] = Float.NaN;
      }
      return List.of(new Tensor.Floats(y, new long[] {rows, width, 1}));
    }

    @Override
    public Prepared prepare(Map<String, Tensor> inputs) {
      throw new UnsupportedOperationException("nothing here is timed");
    }

    @Override
    public void close() {
      open.decrementAndGet();
    }
  }
}
