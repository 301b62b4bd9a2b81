package dev.mixtune.evaluators;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.engine.runtime.OrtRuntime;
import dev.mixtune.engine.runtime.Session;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real model whose input and output are half precision: {@code y = x}, three wide. */
class HalfInputsTest {
  private static final int FLOAT16 = 10;
  private static final int SAMPLES = 40;

  @TempDir Path folder;

  /** Fields of a protobuf message, all shorter than 128 bytes. */
  private static final class Message {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Message number(int field, int value) {
      bytes.write(field << 3);
      bytes.write(value);
      return this;
    }

    Message text(int field, String value) {
      return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    Message message(int field, Message value) {
      return bytes(field, value.bytes.toByteArray());
    }

    private Message bytes(int field, byte[] value) {
      bytes.write(field << 3 | 2);
      bytes.write(value.length);
      bytes.writeBytes(value);
      return this;
    }
  }

  /** The field numbers are those of onnx.proto. */
  private static byte[] model() {
    Message shape =
        new Message()
            .message(1, new Message().text(2, "batch"))
            .message(1, new Message().number(1, 3));
    Message type = new Message().message(1, new Message().number(1, FLOAT16).message(2, shape));
    Message node = new Message().text(1, "x").text(2, "y").text(4, "Identity");
    Message graph =
        new Message()
            .message(1, node)
            .text(2, "half")
            .message(11, new Message().text(1, "x").message(2, type))
            .message(12, new Message().text(1, "y").message(2, type));
    return new Message()
        .number(1, 8)
        .message(7, graph)
        .message(8, new Message().text(1, "").number(2, 13))
        .bytes
        .toByteArray();
  }

  /** Three of four samples have their largest value where the label says. */
  @Test
  void itIsFedAndScored() throws IOException {
    float[] x = new float[3 * SAMPLES];
    long[] labels = new long[SAMPLES];
    for (int i = 0; i < SAMPLES; i++) {
      labels[i] = i % 3;
      x[3 * i + (i % 4 == 0 ? i + 1 : i) % 3] = 1 + i / 64f;
    }
    Files.write(folder.resolve("half.onnx"), model());
    Npy.write(folder.resolve("x.npy"), "<f4", "(40, 3)", Npy.floats(x));
    Npy.write(folder.resolve("labels.npy"), "<i8", "(40,)", Npy.longs(labels));
    Files.writeString(
        folder.resolve("t.task.yaml"),
        "model: half.onnx\ninputs:\n  - {source: x.npy}\nlabels: labels.npy\nmetric: top1\n"
            + "calibration: {samples: 1}\n");
    Task task = TaskFile.read(folder.resolve("t.task.yaml"));
    OrtRuntime runtime = OrtRuntime.start(Path.of("target", "natives"));
    try (Session session = runtime.open(task.model(), 1);
        TaskData data = TaskData.open(task, session, 1)) {
      assertThat(session.inputs().get(0).type()).isEqualTo("FLOAT16");
      AccuracyEvaluator evaluator =
          new AccuracyEvaluator(
              runtime, task.model(), task.metric(), AccuracyEvaluator.Settings.usual());
      SampleSet set = data.search();
      long right = set.indices().stream().filter(i -> i % 4 != 0).count();
      assertThat(evaluator.reference(set)).isEqualTo((double) right / set.size());
    }
  }
}
