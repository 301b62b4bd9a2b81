package dev.mixtune.evaluators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.UserException;
import dev.mixtune.engine.runtime.Session;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextTaskTest extends TextTaskFixture {
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
}
