package dev.mixtune.hardware.emulation;

import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.runtime.OrtRuntime;
import dev.mixtune.engine.runtime.Session;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * The program that runs inside the emulated machine: opens models and runs each a number of times
 * between two marks that the counting plugin sees.
 *
 * <p>Arguments: a file with one line {@code label,warm-up runs,counted runs,model} per model, and a
 * folder for the unpacked native libraries. A mark is a seek to an offset that encodes the label
 * (see instruction-mix.c); nothing is read or written there.
 */
final class EmulatedRuns {
  private static final long MARK_BASE = 1L << 40;

  /** Even for integer inputs, such as token numbers, that every model knows. */
  private static final long WHOLE = 1;

  /** Knuth's multiplier: neighbours end up far apart. */
  private static final int SCATTER = 0x9E3779B1;

  private EmulatedRuns() {}

  /** Runs the models of a list. */
  public static void main(String[] arguments) throws IOException {
    OrtRuntime runtime = OrtRuntime.start(Path.of(arguments[1]));
    Path list = Path.of(arguments[0]);
    try (RandomAccessFile marks = new RandomAccessFile(list.toFile(), "r")) {
      for (String line : Files.readAllLines(list)) {
        String[] fields = line.split(",", 4);
        run(
            runtime,
            marks,
            Integer.parseInt(fields[0]),
            Integer.parseInt(fields[1]),
            Integer.parseInt(fields[2]),
            Path.of(fields[3]));
      }
    }
  }

  private static void run(
      OrtRuntime runtime, RandomAccessFile marks, int label, int warmUps, int runs, Path model)
      throws IOException {
    try (Session session = runtime.open(model, 1);
        Session.Prepared prepared = session.prepare(inputs(session))) {
      for (int i = 0; i < warmUps; i++) {
        prepared.runNanos();
      }
      mark(marks, 2L * label);
      for (int i = 0; i < runs; i++) {
        prepared.runNanos();
      }
      mark(marks, 2L * label + 1);
    }
  }

  private static void mark(RandomAccessFile marks, long code) throws IOException {
    marks.seek(MARK_BASE + code);
  }

  /**
   * Floats spread evenly over -1..1, in few steps of the slow emulated Java; integers are all the
   * same. Open axes have length 1.
   */
  static Map<String, Tensor> inputs(Session session) {
    Map<String, Tensor> inputs = new HashMap<>();
    for (Session.Port port : session.inputs()) {
      long[] shape = port.shape().stream().mapToLong(axis -> Math.max(1, axis)).toArray();
      int elements = Math.toIntExact(Tensor.elements(shape));
      if (port.type().startsWith("INT")) {
        long[] values = new long[elements];
        Arrays.fill(values, WHOLE);
        inputs.put(port.name(), new Tensor.Longs(values, shape));
      } else {
        float[] values = new float[elements];
        for (int i = 0; i < elements; i++) {
          values[i] = ((i * SCATTER) >> 8) * 0x1p-23f;
        }
        inputs.put(port.name(), new Tensor.Floats(values, shape));
      }
    }
    return inputs;
  }
}
