package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.runtime.ModelRuntime;
import dev.mixtune.engine.runtime.RuntimeFailure;
import dev.mixtune.engine.runtime.Session;
import dev.mixtune.evaluators.Pooling;
import dev.mixtune.evaluators.Scaling;
import dev.mixtune.evaluators.StsSpearman;
import dev.mixtune.evaluators.Task;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class DeploymentAxesTest {

  private static Task task(Map<String, Long> axes, OptionalInt maxTokens, boolean text) {
    Path source = Path.of("dev.tsv");
    Task.Text lines =
        new Task.Text(Task.Text.Kind.PAIRS, Path.of("tokenizer.json"), Pooling.MEAN, maxTokens);
    return new Task(
        "t",
        Path.of("m.onnx"),
        List.of(
            text
                ? Task.Input.ofText(source, lines)
                : new Task.Input("x", source, null, new Scaling.None())),
        null,
        new StsSpearman(),
        new Task.Calibration(null, OptionalInt.empty()),
        new Task.Fractions(0.4, 0.6),
        new Task.Deployment(1, 1, axes),
        List.of());
  }

  /** A model with the inputs {@code [batch, sequence]}, or one that does not open. */
  private static ModelRuntime model(boolean opens) {
    return new ModelRuntime() {
      @Override
      public String version() {
        return "fake 1";
      }

      @Override
      public Session open(byte[] model, int threads) {
        throw new UnsupportedOperationException("asked for its file only");
      }

      @Override
      public Session open(Path file, int threads) {
        if (!opens) {
          throw new RuntimeFailure("broken", null);
        }
        return new Ports();
      }

      @Override
      public List<ExecutedNode> executedNodes(byte[] model) {
        return List.of();
      }
    };
  }

  private static final class Ports implements Session {
    @Override
    public List<Port> inputs() {
      return List.of(
          new Port("input_ids", "INT64", List.of(-1L, -1L), List.of("batch", "sequence")),
          new Port("attention_mask", "INT64", List.of(-1L, -1L), List.of("batch", "sequence")));
    }

    @Override
    public List<Port> outputs() {
      return List.of();
    }

    @Override
    public List<Tensor> run(Map<String, Tensor> inputs) {
      return List.of();
    }

    @Override
    public Prepared prepare(Map<String, Tensor> inputs) {
      throw new UnsupportedOperationException("nothing here is timed");
    }

    @Override
    public void close() {}
  }

  @Test
  void textsAreTimedAt128TokensWhereNobodySaysOtherwise() {
    DeploymentAxes axes = DeploymentAxes.of(task(Map.of(), OptionalInt.empty(), true), model(true));
    assertThat(axes.lengths()).isEqualTo(Map.of("sequence", 128L));
    assertThat(axes.tokens()).isEqualTo(128);
    assertThat(axes.sentence()).contains("sequence 128 (assumed: latency.axes does not set it)");
    assertThat(DeploymentAxes.of(task(Map.of(), OptionalInt.of(48), true), model(true)).tokens())
        .isEqualTo(48);
  }

  @Test
  void whatTheTaskSetsStands() {
    DeploymentAxes axes =
        DeploymentAxes.of(task(Map.of("sequence", 64L), OptionalInt.empty(), true), model(true));
    assertThat(axes.lengths()).isEqualTo(Map.of("sequence", 64L));
    assertThat(axes.tokens()).isEqualTo(64);
    assertThat(axes.sentence()).contains("sequence 64");
  }

  @Test
  void nothingIsAssumedForArraysAndBrokenModels() {
    Task arrays = task(Map.of(), OptionalInt.empty(), false);
    assertThat(DeploymentAxes.of(arrays, model(false)).lengths()).isEmpty();
    assertThat(DeploymentAxes.of(arrays, model(true)).sentence()).isEmpty();
    Task broken = task(Map.of(), OptionalInt.empty(), true);
    assertThat(DeploymentAxes.of(broken, model(false)).lengths()).isEmpty();
  }
}
