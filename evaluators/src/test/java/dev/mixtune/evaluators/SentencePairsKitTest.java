package dev.mixtune.evaluators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.runtime.OrtRuntime;
import dev.mixtune.engine.runtime.Session;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The kit's sentence pairs. Its token ids, made by another program, are the oracle of the
 * tokenizer; its published correlation that of the whole way, for which {@code mixtune.minilm}
 * names the folder of all-minilm-l6-v2.onnx and all-minilm-l6-v2-tokenizer.json.
 */
class SentencePairsKitTest {
  private static final Path NATIVES = Path.of("target", "natives");
  private static final int PAIRS = 1500;
  private static final int LONGEST = 53;

  @TempDir Path folder;

  private static Path kit(String name) {
    Path file =
        Path.of(System.getProperty("mixtune.root", "."), "..", "shared", "kit", name).normalize();
    Assumptions.assumeTrue(Files.exists(file), "no kit at " + file);
    return file;
  }

  private static Path model(String name) {
    String property = System.getProperty("mixtune.minilm", "");
    Path file = Path.of(property.isEmpty() ? "." : property, name);
    Assumptions.assumeTrue(
        Files.exists(file), "no " + name + ": -Dmixtune.minilm=FOLDER names its folder");
    return file.toAbsolutePath();
  }

  /** The kit's task file, beside links to what it names. */
  private Task task() throws IOException {
    Path file = kit("stsb-minilm.task.yaml");
    for (String name : List.of("all-minilm-l6-v2.onnx", "all-minilm-l6-v2-tokenizer.json")) {
      Files.createSymbolicLink(folder.resolve(name), model(name));
    }
    Files.createSymbolicLink(folder.resolve("data"), kit("data").toAbsolutePath());
    return TaskFile.read(Files.copy(file, folder.resolve("stsb-minilm.task.yaml")));
  }

  @Test
  void tokensAreThoseOfAnotherProgram() throws IOException {
    Path expected = kit("data/stsb/dev_input_ids.npy");
    Path tokenizer = model("all-minilm-l6-v2-tokenizer.json");
    TextLines lines =
        TextLines.read(
            kit("data/stsb/dev.tsv"), TextLines.Columns.SCORE_AND_PAIR, "inputs[0].source");
    assertThat(lines.texts()).hasSize(PAIRS);
    try (NpyFile ids = NpyFile.open(expected, "ids");
        TextTokenizer opened = TextTokenizer.open(tokenizer, 128, NATIVES)) {
      for (int pair = 0; pair < PAIRS; pair++) {
        ByteBuffer row = ByteBuffer.wrap(ids.row(pair)).order(ByteOrder.LITTLE_ENDIAN);
        for (int side = 0; side < 2; side++) {
          Tokens tokens = opened.tokens(lines.texts().get(pair).get(side));
          List<Integer> read = new ArrayList<>();
          for (int i = 0; i < LONGEST; i++) {
            int id = row.getInt();
            if (i < tokens.length()) {
              read.add(id);
            } else {
              assertThat(id).isZero();
            }
          }
          assertThat(tokens.ids()).containsExactly(read.stream().mapToInt(i -> i).toArray());
        }
      }
    }
  }

  @Test
  void sentenceModelScoresItsPublishedCorrelation() throws IOException {
    Task task = task();
    OrtRuntime runtime = OrtRuntime.start(NATIVES);
    try (Session session = runtime.open(task.model(), 1);
        TaskData data = TaskData.open(task, session, 1, NATIVES)) {
      List<Integer> all = IntStream.range(0, PAIRS).boxed().toList();
      SourceOpener.Opened opened = new TextSources(task, session, NATIVES).evaluation();
      SampleSet dev = new SampleSet("dev", opened.inputs(), opened.labels(), all);
      AccuracyEvaluator evaluator =
          new AccuracyEvaluator(
              runtime, task.model(), task.metric(), AccuracyEvaluator.Settings.usual());
      assertThat(evaluator.reference(dev)).isCloseTo(0.8672, within(5e-5));

      assertThat(data.search().size() + data.holdout().size()).isEqualTo(PAIRS - 128);
      Tensor timed = data.search().deployment(1, 128).get("input_ids");
      assertThat(timed.shape()).containsExactly(1, 128);
    }
  }
}
