package dev.mixtune.evaluators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mixtune.engine.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TaskFileTest {
  @TempDir Path folder;

  @BeforeEach
  void files() throws IOException {
    for (String name : List.of("m.onnx", "x.npy", "y.npy", "c.npy", "r.npy")) {
      Files.write(folder.resolve(name), new byte[0]);
    }
  }

  private Task read(String yaml) throws IOException {
    return TaskFile.read(Files.writeString(folder.resolve("mine.task.yaml"), yaml));
  }

  @Test
  void trainingSamplesAreReadAndNoStudyNeedsThem() throws IOException {
    String task = "model: m.onnx\ninputs: [{source: x.npy}]\nlabels: y.npy\nmetric: top1\n";
    assertThat(read(task).train()).isNull();
    assertThat(read(task + "train: {source: c.npy}").train())
        .isEqualTo(new Task.Training(folder.resolve("c.npy"), null, OptionalInt.empty()));
    assertThat(read(task + "train: {source: c.npy, labels: y.npy, samples: 9}").train())
        .isEqualTo(
            new Task.Training(folder.resolve("c.npy"), folder.resolve("y.npy"), OptionalInt.of(9)));
    assertThatThrownBy(() -> read(task + "train: {source: nobody.npy}"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("nobody.npy");
  }

  @Test
  void everyKeyIsRead() throws IOException {
    Task task =
        read(
            """
            name: small
            model: m.onnx
            inputs:
              - name: input
                source: x.npy
                layout: NHWC
                mean: [1, 2.5, 3e0]
                std: 4
            labels: y.npy
            metric: top5
            calibration: {source: c.npy, samples: 7}
            splits: {search: 0.25, holdout: 0.5}
            latency: {batch: 2, threads: 3, axes: {sequence: 128}}
            robustness:
              - r.npy
              - {name: blurred, source: r.npy, labels: y.npy}
            """);
    assertThat(task)
        .isEqualTo(
            new Task(
                "small",
                folder.resolve("m.onnx"),
                List.of(
                    new Task.Input(
                        "input",
                        folder.resolve("x.npy"),
                        Layout.NHWC,
                        new Scaling.Given(List.of(1.0, 2.5, 3.0), List.of(4.0)))),
                folder.resolve("y.npy"),
                new TopK(5),
                new Task.Calibration(folder.resolve("c.npy"), OptionalInt.of(7)),
                new Task.Fractions(0.25, 0.5),
                new Task.Deployment(2, 3, Map.of("sequence", 128L)),
                List.of(
                    new Task.FurtherData("r.npy", folder.resolve("r.npy"), null),
                    new Task.FurtherData(
                        "blurred", folder.resolve("r.npy"), folder.resolve("y.npy")))));
  }

  @Test
  void whatIsLeftOutHasTheStatedDefaults() throws IOException {
    Task task = read("{model: m.onnx, inputs: [{source: x.npy}], metric: fidelity}");
    assertThat(task.name()).isEqualTo("mine");
    assertThat(task.inputs().get(0).scaling()).isEqualTo(new Scaling.None());
    assertThat(task.inputs().get(0).name()).isNull();
    assertThat(task.inputs().get(0).layout()).isNull();
    assertThat(task.labels()).isNull();
    assertThat(task.calibration()).isEqualTo(new Task.Calibration(null, OptionalInt.empty()));
    assertThat(task.splits()).isEqualTo(new Task.Fractions(0.4, 0.6));
    assertThat(task.latency()).isEqualTo(new Task.Deployment(1, 1, Map.of()));
  }

  @Test
  void calibrationFromTheInputsSourceIsShared() throws IOException {
    Task task =
        read(
            "{model: m.onnx, inputs: [{source: x.npy}], metric: fidelity,"
                + " calibration: {source: ./x.npy}}");
    assertThat(task.calibration().source()).isNull();
  }

  /** Each broken file differs from a good one in one place; the message names it. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "metric: top1|metrik: top1|unknown key 'metrik'. Maybe you meant 'metric'",
        "source: x.npy|sorce: x.npy|unknown key 'inputs[0].sorce'. Maybe you meant 'source'",
        "- source: x.npy|- name: x|inputs[0].source is missing",
        "layout: NCHW|layoutt: NCHW|unknown key 'inputs[0].layoutt'. Maybe you meant 'layout'",
        "layout: NCHW|layout: CHWN|inputs[0].layout is 'CHWN'. Known: NCHW, NHWC",
        "model: m.onnx|model: gone.onnx|model is 'gone.onnx': there is no",
        "model: m.onnx|model: [1, 2]|model is '[1,2]'",
        "model: m.onnx|#|model is missing",
        "metric: top1|metric: top2|metric is 'top2'. Maybe you meant 'top1'",
        "metric: top1|metric: accuracy|metric is 'accuracy'. Known: fidelity, fidelity-cosine,",
        "metric: top1|metric: sts-spearman|sts-spearman', which compares two texts",
        "layout: NCHW|kind: text-pairs|inputs[0].mean is for arrays and pictures",
        "layout: NCHW|kind: text-pair|inputs[0].kind is 'text-pair'. Maybe you meant 'text-pairs'",
        "layout: NCHW|tokenizer: t.json|inputs[0].tokenizer is for text",
        "std: [1, 2, 3]|std: [1, 0, 3]|inputs[0].std holds 0",
        "std: [1, 2, 3]|std: [1, -2, 3]|inputs[0].std holds a negative number",
        "std: [1, 2, 3]|std: [1, 2]|inputs[0].mean has 3 values and std has 2",
        "std: [1, 2, 3]|std: [1, x, 3]|inputs[0].std holds 'x'",
        "std: [1, 2, 3]|std: [1, .nan, 3]|is not valid YAML",
        "std: [1, 2, 3]|std: [1, 1e999, 3]|inputs[0].std holds",
        "std: [1, 2, 3]|std: []|inputs[0].std is an empty list",
        "samples: 7|samples: 0|calibration.samples is '0'",
        "samples: 7|samples: many|calibration.samples is 'many'",
        "samples: 7|samples: 1.5|calibration.samples is '1.5'",
        "search: 0.4|search: 0.5|search 0.5 and holdout 0.6 sum to 1.1",
        "search: 0.4|search: 40|splits.search is 40.0",
        "search: 0.4|search: -1|splits.search is -1.0",
        "batch: 1|batch: 0|latency.batch is '0'",
        "batch: 1|batch: 99999999999|latency.batch is '99999999999'",
        "metric: top1|metric: top1\\nmetric: top1|is not valid YAML",
        "metric: top1|metric: [top1|is not valid YAML",
        "metric: top1|metric: *x|uses a YAML alias",
        "labels: y.npy|labels: 'gone.npy'|labels is 'gone.npy'",
      })
  void brokenFilesAreRefused(String good, String broken, String named) throws IOException {
    String yaml =
        """
        model: m.onnx
        inputs:
          - source: x.npy
            layout: NCHW
            mean: [1, 2, 3]
            std: [1, 2, 3]
        labels: y.npy
        metric: top1
        calibration: {samples: 7}
        splits: {search: 0.4, holdout: 0.6}
        latency: {batch: 1}
        """;
    assertThat(read(yaml).metric()).isEqualTo(new TopK(1));
    String changed = yaml.replace(good, broken.replace("\\n", "\n"));
    assertThat(changed).isNotEqualTo(yaml);
    assertThatThrownBy(() -> read(changed))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("mine.task.yaml")
        .hasMessageContaining(named);
  }

  @Test
  void hostileFilesAreRefusedQuickly() throws IOException {
    StringBuilder bomb = new StringBuilder("a0: &a0 [x]\n");
    for (int i = 1; i < 40; i++) {
      bomb.append("a" + i + ": &a" + i + " [" + ("*a" + (i - 1) + ",").repeat(9) + "]\n");
    }
    for (String yaml :
        List.of(
            bomb.toString(),
            "a: ".repeat(3) + "[".repeat(100_000),
            "x".repeat(2 << 20),
            "",
            "just text",
            "- a\n- b\n",
            "!!javax.script.ScriptEngineManager [x]\n")) {
      assertThatThrownBy(() -> read(yaml)).isInstanceOf(UserException.class);
    }
    assertThatThrownBy(() -> TaskFile.read(folder.resolve("none.yaml")))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("none.yaml");
  }

  @Test
  void suggestionsAreNear() {
    assertThat(Suggestion.distance("metirc", "metric")).isEqualTo(1);
    assertThat(Suggestion.distance("", "std")).isEqualTo(3);
    assertThat(Suggestion.distance("Kitten", "sitting")).isEqualTo(3);
  }
}
