package dev.mixtune.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.runtime.OrtRuntime;
import dev.mixtune.engine.runtime.Session;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/** Scores models on the bundled example, by code that knows only files and ONNX Runtime. */
final class ExampleScore {
  private static final ObjectMapper JSON = new ObjectMapper();

  private ExampleScore() {}

  /** Right answers on the study's search and holdout split. */
  static int[] countRight(Path study, Path model) throws IOException {
    Path example = Tune.ROOT.resolve("examples/fashion-mnist");
    byte[] images;
    try (DataInputStream in =
        new DataInputStream(
            new GZIPInputStream(Files.newInputStream(example.resolve("test_images.npy.gz"))))) {
      images = in.readAllBytes();
    }
    byte[] labels = Files.readAllBytes(example.resolve("test_labels.npy"));
    int imageStart = images.length - 10_000 * 784;
    ByteBuffer classes = ByteBuffer.wrap(labels).order(ByteOrder.LITTLE_ENDIAN);
    int labelStart = labels.length - 10_000 * Long.BYTES;
    JsonNode splits = JSON.readTree(Files.readString(study.resolve("splits.json")));
    int[] right = new int[2];
    try (Session session = OrtRuntime.start(Path.of("target", "natives")).open(model, 1)) {
      String[] names = {"search", "holdout"};
      for (int split = 0; split < 2; split++) {
        for (JsonNode index : splits.get(names[split])) {
          int at = index.asInt();
          float[] pixels = new float[784];
          for (int i = 0; i < 784; i++) {
            pixels[i] = ((images[imageStart + at * 784 + i] & 255) - 72.94f) / 90.02f;
          }
          Tensor answer =
              session
                  .run(Map.of("input", new Tensor.Floats(pixels, new long[] {1, 1, 28, 28})))
                  .get(0);
          float[] logits = ((Tensor.Floats) answer).values();
          int best = 0;
          for (int k = 1; k < logits.length; k++) {
            best = logits[k] > logits[best] ? k : best;
          }
          right[split] += best == classes.getLong(labelStart + at * Long.BYTES) ? 1 : 0;
        }
      }
    }
    return right;
  }
}
