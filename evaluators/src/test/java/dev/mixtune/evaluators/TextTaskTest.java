package dev.mixtune.evaluators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.UserException;
import dev.mixtune.engine.runtime.Session;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextTaskTest {
  private static final Path NATIVES = Path.of("target", "natives");
  private static final List<String> WORDS = List.of("a", "cat", "dog", "sees", "runs", "sleeps");

  @TempDir Path folder;

  /** One id per word, texts between 1 and 2, cut at 6 tokens, padded to 8 if one let it. */
  private static final String TOKENIZER =
      """
      {"version": "1.0",
       "truncation": {"direction": "Right", "max_length": 6, "strategy": "LongestFirst", "stride": 0},
       "padding": {"strategy": {"Fixed": 8}, "direction": "Right", "pad_to_multiple_of": null,
                   "pad_id": 9, "pad_type_id": 0, "pad_token": "[PAD]"},
       "added_tokens": [], "normalizer": {"type": "Lowercase"},
       "pre_tokenizer": {"type": "Whitespace"},
       "post_processor": {"type": "TemplateProcessing",
         "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}},
                    {"Sequence": {"id": "A", "type_id": 0}},
                    {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
         "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
         "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [1], "tokens": ["[CLS]"]},
                            "[SEP]": {"id": "[SEP]", "ids": [2], "tokens": ["[SEP]"]}}},
       "decoder": null,
       "model": {"type": "WordLevel", "unk_token": "[UNK]",
         "vocab": {"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "a": 3, "cat": 4, "dog": 5, "sees": 6,
                   "runs": 7, "sleeps": 8, "[PAD]": 9}}}
      """;

  @BeforeEach
  void files() throws IOException {
    Files.writeString(folder.resolve("tokenizer.json"), TOKENIZER);
    Files.writeString(folder.resolve("m.onnx"), "tokens");
    write("pairs.tsv", "5.0\ta cat runs\ta cat sleeps", "1.5\tA DOG\ta bird", "", "0\tcat\ta a a");
  }

  private void write(String name, String... lines) throws IOException {
    Files.writeString(folder.resolve(name), String.join("\n", lines) + "\n");
  }

  private Task task(String input, String rest) throws IOException {
    Path file = folder.resolve("t.task.yaml");
    Files.writeString(file, "model: m.onnx\ninputs:\n  - {" + input + "}\n" + rest);
    return TaskFile.read(file);
  }

  private Task pairs(String more) throws IOException {
    return task(
        "kind: text-pairs, source: pairs.tsv, tokenizer: tokenizer.json" + more,
        "metric: sts-spearman\ncalibration: {samples: 1}\nsplits: {search: 0.5, holdout: 0.5}\n");
  }

  private static TextInputs inputs(Task task, TextModel model) {
    try (Session session = model.open(task.model(), 1)) {
      return (TextInputs) new TextSources(task, session, NATIVES).evaluation().inputs();
    }
  }

  private static long[] values(Map<String, Tensor> run, String name) {
    return ((Tensor.Longs) run.get(name)).values();
  }

  @Test
  void aPairIsTwoRunsEachAtItsOwnLength() throws IOException {
    TextInputs inputs = inputs(pairs(", pooling: mean"), TextModel.usual());
    assertThat(inputs.size()).isEqualTo(3);
    assertThat(inputs.mostPerRun()).isEqualTo(1);
    List<Map<String, Tensor>> runs = inputs.feed(new int[] {2}).runs();
    assertThat(runs).hasSize(2);
    assertThat(values(runs.get(0), "input_ids")).containsExactly(1, 4, 2);
    assertThat(values(runs.get(1), "input_ids")).containsExactly(1, 3, 3, 3, 2);
    assertThat(runs.get(1).get("input_ids").shape()).containsExactly(1, 5);
    assertThat(values(runs.get(1), "attention_mask")).containsExactly(1, 1, 1, 1, 1);
    assertThat(values(runs.get(1), "token_type_ids")).containsOnly(0);
    // Lower case, and a word that the tokenizer does not know.
    runs = inputs.feed(new int[] {1}).runs();
    assertThat(values(runs.get(0), "input_ids")).containsExactly(1, 3, 5, 2);
    assertThat(values(runs.get(1), "input_ids")).containsExactly(1, 3, 0, 2);
  }

  @Test
  void longTextsAreCutWhereTheTokenizerOrTheTaskSays() throws IOException {
    write("pairs.tsv", "1\ta a a a a a a a a a\tcat", "2\tdog\tcat");
    assertThat(values(first(pairs(", pooling: mean")), "input_ids"))
        .containsExactly(1, 3, 3, 3, 3, 2);
    assertThat(values(first(pairs(", pooling: mean, maxTokens: 4")), "input_ids"))
        .containsExactly(1, 3, 3, 2);
    assertThat(values(first(pairs(", pooling: mean, maxTokens: 11")), "input_ids")).hasSize(11);
  }

  private static Map<String, Tensor> first(Task task) {
    return inputs(task, TextModel.usual()).feed(new int[] {0}).runs().get(0);
  }

  @Test
  void modelsOfAFixedLengthGetFilledUpTextsAndAMask() throws IOException {
    TextModel model = new TextModel(1, 7, "input_ids", "attention_mask");
    Task task = pairs(", pooling: mean");
    TextInputs inputs = inputs(task, model);
    Map<String, Tensor> run = inputs.feed(new int[] {0}).runs().get(0);
    assertThat(values(run, "input_ids")).containsExactly(1, 3, 4, 7, 2, 9, 9);
    assertThat(values(run, "attention_mask")).containsExactly(1, 1, 1, 1, 1, 0, 0);
    assertThat(run).doesNotContainKey("token_type_ids");
    try (Session session = model.open(task.model(), 1)) {
      Answers answers =
          Answers.run(session, inputs.feed(new int[] {0}), inputs.outputReader(), 1, 1, 0);
      assertThat(answers.values()[0]).isCloseTo((1 + 3 + 4 + 7 + 2) / 5f, within(1e-6f));
    }
    assertThatThrownBy(() -> inputs(pairs(", pooling: mean, maxTokens: 8"), model))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("maxTokens is 8, and the model takes 7 tokens");
  }

  @ParameterizedTest
  @CsvSource({"mean, 3", "cls, 3", "none, 2"})
  void poolingMakesOneRow(String pooling, int width) throws IOException {
    Task task = pairs(", pooling: " + pooling);
    TextModel model = TextModel.usual();
    TextInputs inputs = inputs(task, model);
    try (Session session = model.open(task.model(), 1)) {
      Answers answers =
          Answers.run(session, inputs.feed(new int[] {1}), inputs.outputReader(), 1, 1, 0);
      assertThat(answers.width()).isEqualTo(2 * width);
      // A DOG is 1 3 5 2.
      float[] expected =
          switch (pooling) {
            case "mean" -> new float[] {11 / 4f, (1 + 9 + 25 + 4) / 4f, 6 / 4f};
            case "cls" -> new float[] {1, 1, 0};
            default -> new float[] {1, 2};
          };
      assertThat(Arrays.copyOf(answers.values(), width)).containsExactly(expected, within(1e-6f));
    }
  }

  /** 200 pairs of random words; the score is that of a loop over the texts themselves. */
  @Test
  void theEvaluatorScoresPairsOneByOne() throws IOException {
    Random random = new Random(9);
    List<String> lines = new ArrayList<>();
    List<double[]> cosines = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      List<String> left = words(random);
      List<String> right = words(random);
      double score = random.nextInt(6);
      lines.add(score + "\t" + String.join(" ", left) + "\t" + String.join(" ", right));
      cosines.add(new double[] {cosine(mean(left), mean(right)), score});
    }
    write("pairs.tsv", lines.toArray(String[]::new));
    Task task = pairs(", pooling: mean");
    TextModel model = TextModel.usual();
    try (Session session = model.open(task.model(), 1);
        TaskData data = TaskData.open(task, session, 1, NATIVES)) {
      AccuracyEvaluator evaluator =
          new AccuracyEvaluator(
              model, task.model(), task.metric(), AccuracyEvaluator.Settings.usual());
      List<Integer> indices = data.search().indices();
      double expected =
          StsSpearmanTest.naive(
              indices.stream().mapToDouble(i -> cosines.get(i)[0]).toArray(),
              indices.stream().mapToDouble(i -> cosines.get(i)[1]).toArray());
      assertThat(evaluator.reference(data.search())).isCloseTo(expected, within(1e-3));
      assertThat(model.runs).hasSize(2 * indices.size());
      assertThat(model.runs).allMatch(run -> run.get("input_ids").shape()[0] == 1);

      Outcome itself = evaluator.score(bytes("tokens"), data.search());
      assertThat(((Outcome.Scored) itself).score().drop()).isZero();
      assertThat(evaluator.score(bytes("constant"), data.search()))
          .isEqualTo(new Outcome.Failed("the metric sts-spearman is undefined on its answers"));
      assertThat(evaluator.score(bytes("nan"), data.search()))
          .isInstanceOfSatisfying(
              Outcome.Failed.class, failed -> assertThat(failed.reason()).contains("NaN"));
      assertThat(data.calibration().batches(64, true)).hasSize(2);
    }
  }

  private static byte[] bytes(String word) {
    return word.getBytes(StandardCharsets.UTF_8);
  }

  private static List<String> words(Random random) {
    return random.ints(1 + random.nextInt(4), 0, WORDS.size()).mapToObj(WORDS::get).toList();
  }

  private static double[] mean(List<String> words) {
    List<Integer> ids = new ArrayList<>(List.of(1));
    words.forEach(word -> ids.add(3 + WORDS.indexOf(word)));
    ids.add(2);
    double[] mean = new double[3];
    for (int i = 0; i < ids.size(); i++) {
      mean[0] += (double) ids.get(i) / ids.size();
      mean[1] += (double) ids.get(i) * ids.get(i) / ids.size();
      mean[2] += (double) i / ids.size();
    }
    return mean;
  }

  private static double cosine(double[] a, double[] b) {
    double dot = 0;
    double aa = 0;
    double bb = 0;
    for (int i = 0; i < a.length; i++) {
      dot += a[i] * b[i];
      aa += a[i] * a[i];
      bb += b[i] * b[i];
    }
    return dot / Math.sqrt(aa * bb);
  }

  @Test
  void equalPairsAreNeverCalibratedAndScored() throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      lines.add(i + "\ta cat " + WORDS.get(i % 6) + "\tdog " + WORDS.get(i / 6 % 5));
    }
    write("pairs.tsv", lines.toArray(String[]::new));
    Task task =
        task(
            "kind: text-pairs, source: pairs.tsv, tokenizer: tokenizer.json, pooling: mean",
            "metric: sts-spearman\ncalibration: {samples: 20}\n");
    try (Session session = TextModel.usual().open(task.model(), 1);
        TaskData data = TaskData.open(task, session, 3, NATIVES)) {
      Set<String> drawn = new HashSet<>();
      data.calibration().indices().forEach(i -> drawn.add(lines.get(i).replaceAll("^\\d+", "")));
      assertThat(data.search().indices())
          .noneMatch(i -> drawn.contains(lines.get(i).replaceAll("^\\d+", "")));
      assertThat(data.holdout().indices())
          .noneMatch(i -> drawn.contains(lines.get(i).replaceAll("^\\d+", "")));
    }
  }

  @Test
  void deploymentHasTheAskedShape() throws IOException {
    Task task = pairs(", pooling: mean");
    try (Session session = TextModel.usual().open(task.model(), 1);
        TaskData data = TaskData.open(task, session, 1, NATIVES)) {
      Map<String, Tensor> inputs = data.search().deployment(2, 11);
      assertThat(inputs.keySet())
          .containsExactlyInAnyOrder("input_ids", "attention_mask", "token_type_ids");
      inputs.values().forEach(tensor -> assertThat(tensor.shape()).containsExactly(2, 11));
      assertThat(values(inputs, "attention_mask")).containsOnly(1);
      assertThat(values(inputs, "input_ids")[0]).isEqualTo(1);
    }
  }

  @Test
  void singleTextsHaveClassesOrALabelFile() throws IOException {
    write("texts.tsv", "1\ta cat", "0\tdog", "1\truns", "0\tsleeps");
    String input = "kind: texts, source: texts.tsv, tokenizer: tokenizer.json";
    TextModel model = TextModel.usual();
    Task task = task(input, "metric: top1\ncalibration: {samples: 1}\n");
    try (Session session = model.open(task.model(), 1);
        TaskData data = TaskData.open(task, session, 1, NATIVES)) {
      SampleSet set = data.search();
      assertThat(set.label(0)).isEqualTo(set.indices().get(0) % 2 == 0 ? 1 : 0);
      assertThat(set.feed(0, 64, false).runs()).hasSize(1);
    }
    write("plain.txt", "a cat", "dog", "runs");
    Npy.write(folder.resolve("l.npy"), "<i8", "(3,)", Npy.longs(1, 0, 1));
    Task plain =
        task(
            input.replace("texts.tsv", "plain.txt"),
            "labels: l.npy\nmetric: top1\ncalibration: {samples: 1}\n");
    TextInputs inputs = inputs(plain, model);
    assertThat(values(inputs.feed(new int[] {0}).runs().get(0), "input_ids"))
        .containsExactly(1, 3, 4, 2);
  }

  @Test
  void narrowPortsAreConvertedByTheRuntime() throws IOException {
    TextInputs inputs = inputs(pairs(", pooling: mean"), TextModel.narrow());
    assertThat(values(inputs.feed(new int[] {2}).runs().get(0), "input_ids"))
        .containsExactly(1, 4, 2);
  }

  @ParameterizedTest
  @CsvSource({"0", "1"})
  void calibrationNeedsNoScores(int scored) throws IOException {
    String score = scored == 1 ? "2.5\t" : "";
    write("other.tsv", score + "cat runs\ta dog", score + "a cat\tdog", score + "dog\tsleeps");
    Task task =
        task(
            "kind: text-pairs, source: pairs.tsv, tokenizer: tokenizer.json, pooling: mean",
            "metric: sts-spearman\ncalibration: {source: other.tsv}\n");
    try (Session session = TextModel.usual().open(task.model(), 1);
        TaskData data = TaskData.open(task, session, 1, NATIVES)) {
      assertThat(data.calibration().size()).isEqualTo(3);
      assertThat(values(data.calibration().feed(0, 1, false).runs().get(0), "input_ids"))
          .containsExactly(1, 4, 7, 2);
    }
  }

  @Test
  void calibrationNeedsNoClasses() throws IOException {
    write("texts.tsv", "1\ta cat", "0\tdog", "1\truns", "0\tsleeps");
    write("plain.txt", "a a cat", "dog dog");
    Task task =
        task(
            "kind: texts, source: texts.tsv, tokenizer: tokenizer.json",
            "metric: top1\ncalibration: {source: plain.txt}\n");
    try (Session session = TextModel.usual().open(task.model(), 1);
        TaskData data = TaskData.open(task, session, 1, NATIVES)) {
      assertThat(data.calibration().size()).isEqualTo(2);
    }
  }

  @Test
  void pairsWithoutScoresSufficeForFidelity() throws IOException {
    String rest = "metric: fidelity-cosine\ncalibration: {samples: 1}\n";
    String input = "kind: text-pairs, source: pairs.tsv, tokenizer: tokenizer.json, pooling: cls";
    for (String line : List.of("cat\ta dog", "3.5\tcat\ta dog")) {
      write("pairs.tsv", line, line, line);
      TextInputs inputs = inputs(task(input, rest), TextModel.usual());
      List<Map<String, Tensor>> runs = inputs.feed(new int[] {0}).runs();
      assertThat(values(runs.get(0), "input_ids")).containsExactly(1, 4, 2);
      assertThat(values(runs.get(1), "input_ids")).containsExactly(1, 3, 5, 2);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "4.2 a cat|line 2 has 1 columns",
        "4.2~a cat|line 2 has 2 columns",
        "4.2~a~b~c|line 2 has 4 columns",
        "good~a~b|line 2: the score is 'good'",
        "NaN~a~b|line 2: the score is 'NaN'",
        "1e999~a~b|line 2: the score is '1e999'",
      })
  void brokenLinesAreNamed(String line, String named) throws IOException {
    write("pairs.tsv", "1\tcat\tdog", line.replace('~', '\t'), "2\ta\tb");
    Task task = pairs(", pooling: mean");
    assertThatThrownBy(() -> inputs(task, TextModel.usual()))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("pairs.tsv, " + named);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        ", pooling: mean|, pooling: max|pooling is 'max'. Maybe you meant 'mean'",
        "tokenizer: tokenizer.json|tokenizer: gone.json|tokenizer is 'gone.json': there is no",
        ", tokenizer: tokenizer.json||inputs[0].tokenizer is missing",
        "kind: text-pairs|kind: text-pairs, layout: NCHW|layout is for arrays and pictures",
        ", pooling: mean|, maxTokens: 1|maxTokens is 1",
        "metric: sts-spearman|metric: top1|which judges one answer",
        "kind: text-pairs|kind: texts|sts-spearman', which compares two texts",
      })
  void brokenTasksAreRefused(String good, String broken, String named) {
    String input = "kind: text-pairs, source: pairs.tsv, tokenizer: tokenizer.json, pooling: mean";
    String rest = "metric: sts-spearman\n";
    String other = broken == null ? "" : broken;
    assertThatThrownBy(() -> task(input.replace(good, other), rest.replace(good, other)))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("t.task.yaml")
        .hasMessageContaining(named);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "not json|is no JSON",
        "{\"a\": 1}|has no 'model'",
        "{\"model\": {}}|is refused",
        "[]|no 'model'"
      })
  void whatIsNoTokenizerIsRefused(String text, String named) throws IOException {
    Files.writeString(folder.resolve("tokenizer.json"), text);
    Task task = pairs(", pooling: mean");
    assertThatThrownBy(() -> inputs(task, TextModel.usual()))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("tokenizer.json")
        .hasMessageContaining(named);
  }

  @Test
  void modelsThatDoNotReadTextAreRefused() throws IOException {
    Task task = pairs(", pooling: mean");
    assertThatThrownBy(() -> inputs(task, new TextModel(-1, -1, "input_ids", "pixels")))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("'pixels', which text does not give");
    assertThatThrownBy(() -> inputs(task, new TextModel(-1, -1, "attention_mask")))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("no 'input_ids'");
    assertThatThrownBy(() -> inputs(task, new TextModel(8, -1, "input_ids")))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("batch is fixed at 8");
    try (Session pictures = new Fakes(-1, 4).open(task.model(), 1)) {
      assertThatThrownBy(() -> new TextSources(task, pictures, NATIVES))
          .isInstanceOf(UserException.class)
          .hasMessageContaining("'x', which text does not give");
    }
  }

  @Test
  void equalScoresSayNothing() throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      lines.add("3\t" + "a ".repeat(1 + i % 3) + WORDS.get(i % 6) + "\tdog " + WORDS.get(i / 6));
    }
    write("pairs.tsv", lines.toArray(String[]::new));
    Task task = pairs(", pooling: mean");
    TextModel model = TextModel.usual();
    try (Session session = model.open(task.model(), 1);
        TaskData data = TaskData.open(task, session, 1, NATIVES)) {
      AccuracyEvaluator evaluator =
          new AccuracyEvaluator(
              model, task.model(), task.metric(), AccuracyEvaluator.Settings.usual());
      assertThatThrownBy(() -> evaluator.reference(data.search()))
          .isInstanceOf(UserException.class)
          .hasMessageContaining("sts-spearman is undefined");
    }
  }
}
