package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.UserException;
import dev.mixtune.engine.graph.NetworkReader;
import dev.mixtune.engine.runtime.OrtRuntime;
import dev.mixtune.engine.runtime.Session;
import dev.mixtune.evaluators.TaskData;
import dev.mixtune.evaluators.TaskFile;
import dev.mixtune.hardware.ProfileReader;
import dev.mixtune.results.StudyReader;
import dev.mixtune.results.StudyStore;
import dev.mixtune.search.Evaluation;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damaged input is read or refused in words: no other exception, no endless reading, no file
 * anywhere else. {@code scripts/fuzz} runs many more of the same; each failure names the seed of
 * its input.
 */
class FuzzTest {
  private static final int INPUTS = Integer.getInteger("mixtune.fuzz", 60);
  private static final long FIRST_SEED = Long.getLong("mixtune.fuzz.seed", 1);
  private static final Duration LONGEST = Duration.ofSeconds(60);
  private static final OrtRuntime RUNTIME = OrtRuntime.start(Path.of("target", "natives"));

  private static final String TASK =
      "name: fuzz\nmodel: model.onnx\ninputs:\n  - name: input\n    source: pixels.npy\n"
          + "    layout: NCHW\n    mean: [1]\n    std: [2.5]\nlabels: labels.npy\nmetric: top1\n"
          + "calibration:\n  samples: 3\nsplits: {search: 0.4, holdout: 0.6}\n"
          + "latency: {batch: 1, threads: 1}\nrobustness: []\n";
  private static final String TEXTS =
      "name: fuzz\nmodel: model.onnx\ninputs:\n"
          + "  - {kind: texts, source: texts.tsv, tokenizer: tokenizer.json, pooling: none}\n"
          + "metric: fidelity\ncalibration: {samples: 2}\n";
  private static final String TOKENIZER =
      "{\"version\":\"1.0\",\"truncation\":null,\"padding\":null,\"added_tokens\":[],"
          + "\"normalizer\":{\"type\":\"Lowercase\"},\"pre_tokenizer\":{\"type\":\"Whitespace\"},"
          + "\"post_processor\":null,\"decoder\":null,\"model\":{\"type\":\"WordLevel\","
          + "\"vocab\":{\"[UNK]\":0,\"a\":1,\"small\":2,\"text\":3},\"unk_token\":\"[UNK]\"}}";

  @TempDir Path outside;
  private Path folder;

  @BeforeEach
  void fill() throws IOException {
    folder = Files.createDirectories(outside.resolve("inside"));
    Files.writeString(folder.resolve("task.yaml"), TASK);
    Files.writeString(folder.resolve("texts.yaml"), TEXTS);
    Files.writeString(folder.resolve("tokenizer.json"), TOKENIZER);
    Files.writeString(
        folder.resolve("texts.tsv"), "text\n" + "a small text\nanother\na b c\n".repeat(9));
    Files.write(folder.resolve("model.onnx"), new byte[] {0});
    byte[] pixels = new byte[20 * 16];
    new Random(3).nextBytes(pixels);
    Files.write(folder.resolve("pixels.npy"), npy("|u1", "(20, 4, 4)", pixels));
    ByteBuffer labels = ByteBuffer.allocate(20 * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < 20; i++) {
      labels.putLong(i % 3);
    }
    Files.write(folder.resolve("labels.npy"), npy("<i8", "(20,)", labels.array()));
  }

  private static byte[] npy(String type, String shape, byte[] values) throws IOException {
    String header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + ", }";
    String padded = header + " ".repeat(63 - (10 + header.length()) % 64) + "\n";
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    file.write(padded.length() & 0xff);
    file.write(padded.length() >> 8);
    file.write(padded.getBytes(StandardCharsets.US_ASCII));
    file.write(values);
    return file.toByteArray();
  }

  @Test
  void models() throws IOException {
    byte[] model = Files.readAllBytes(Tune.ROOT.resolve("examples/fashion-mnist/model.onnx"));
    // The first bytes and the last hold the structure; in between are weights.
    fuzz("model.onnx", model, file -> new NetworkReader(RUNTIME).read(file, Map.of()));
  }

  @Test
  void taskFiles() throws IOException {
    fuzz("task.yaml", TASK.getBytes(StandardCharsets.UTF_8), this::open);
  }

  @Test
  void arrays() throws IOException {
    fuzz(
        "pixels.npy",
        Files.readAllBytes(folder.resolve("pixels.npy")),
        file -> open(folder.resolve("task.yaml")));
  }

  @Test
  void labels() throws IOException {
    fuzz(
        "labels.npy",
        Files.readAllBytes(folder.resolve("labels.npy")),
        file -> open(folder.resolve("task.yaml")));
  }

  @Test
  void tablesOfTexts() throws IOException {
    fuzz("texts.tsv", Files.readAllBytes(folder.resolve("texts.tsv")), file -> openTexts());
  }

  @Test
  void tokenizers() throws IOException {
    fuzz("tokenizer.json", TOKENIZER.getBytes(StandardCharsets.UTF_8), file -> openTexts());
  }

  @Test
  void profiles() throws IOException {
    byte[] profile =
        Files.readAllBytes(Tune.ROOT.resolve("hardware-profiles/profiles/pixel8.json"));
    fuzz("profile.json", profile, ProfileReader::read);
  }

  @Test
  void studies() throws IOException {
    Path study = folder.resolve("whole.db");
    try (StudyStore store = StudyStore.open(study, Map.of("seed", "1"), Clock.systemUTC())) {
      for (Scheme scheme : List.of(Scheme.W8A8, Scheme.W4A8, Scheme.W2A8)) {
        store.record(Evaluation.failed(Plan.uniform(3, scheme), "k", "it is NaN"));
      }
      store.putDocument("arguments", "[\"--seed=1\"]");
    }
    byte[] content = Files.readAllBytes(study);
    Files.delete(study);
    Files.deleteIfExists(folder.resolve("whole.db.lock"));
    fuzz(
        "study.db",
        content,
        file -> {
          try (StudyReader reader = StudyReader.open(file)) {
            reader.evaluations();
            reader.document("arguments");
          }
        });
  }

  private interface Reader {
    void read(Path file) throws IOException;
  }

  private void fuzz(String name, byte[] content, Reader reader) throws IOException {
    Path file = folder.resolve(name);
    Files.write(file, content);
    reader.read(file); // Undamaged it is read.
    Set<Path> before = files();
    for (long seed = FIRST_SEED; seed < FIRST_SEED + INPUTS; seed++) {
      byte[] damaged = Mutations.of(content, new Random(seed));
      Files.write(file, damaged);
      long start = System.nanoTime();
      try {
        reader.read(file);
      } catch (UserException e) {
        assertThat(e.getMessage()).as("seed %d", seed).isNotBlank();
      } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
        Path kept = Path.of("target", "fuzz-" + seed + "-" + name);
        Files.write(kept, damaged);
        fail("seed " + seed + " of " + name + ", kept as " + kept, e);
      }
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .as("seed %d", seed)
          .isLessThan(LONGEST);
      assertThat(files()).as("seed %d", seed).isEqualTo(before);
    }
  }

  private Set<Path> files() throws IOException {
    try (Stream<Path> all = Files.walk(outside)) {
      return all.filter(path -> !path.toString().endsWith(".lock")).collect(Collectors.toSet());
    }
  }

  private void openTexts() {
    open(folder.resolve("texts.yaml"));
  }

  private void open(Path task) {
    try (TaskData data =
        TaskData.open(
            TaskFile.read(task), new Ports(task.endsWith("texts.yaml")), 1, Path.of("target"))) {
      data.search().batches(4, false).forEach(batch -> assertThat(batch).isNotEmpty());
    }
  }

  /** A model as far as its inputs go. */
  private record Ports(boolean texts) implements Session {
    @Override
    public List<Port> inputs() {
      return texts
          ? Stream.of("input_ids", "attention_mask")
              .map(name -> new Port(name, "INT64", Arrays.asList(-1L, -1L)))
              .toList()
          : List.of(new Port("input", "FLOAT", List.of(-1L, 1L, 4L, 4L)));
    }

    @Override
    public List<Port> outputs() {
      return List.of(new Port("output", "FLOAT", List.of(-1L, 3L)));
    }

    @Override
    public List<dev.mixtune.engine.Tensor> run(Map<String, dev.mixtune.engine.Tensor> inputs) {
      throw new AssertionError("nothing is to be run");
    }

    @Override
    public Prepared prepare(Map<String, dev.mixtune.engine.Tensor> inputs) {
      throw new AssertionError("nothing is to be run");
    }

    @Override
    public void close() {
      // Nothing is held.
    }
  }
}
