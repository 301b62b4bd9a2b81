package dev.mixtune.evaluators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.UserException;
import dev.mixtune.engine.runtime.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a task of texts needs, and how it is refused where it is missing. */
class TextTaskChecksTest extends TextTaskFixture {
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
