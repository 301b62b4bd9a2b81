package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto.Dimension;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.UserException;
import dev.mixtune.engine.fitting.FittingProgress;
import dev.mixtune.engine.lowering.LoweredPlan;
import dev.mixtune.evaluators.Outcome;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The bundled example with other axes and other wishes for its latency. */
class WorkbenchTest {
  private static final Path EXAMPLE = Tune.ROOT.resolve("examples/fashion-mnist");

  @TempDir Path temp;

  /** The example's model with one axis of its input changed: to a length or to a name. */
  private Path model(int axis, String value) throws IOException {
    ModelProto.Builder model =
        ModelProto.parseFrom(Files.readAllBytes(EXAMPLE.resolve("model.onnx"))).toBuilder();
    Dimension dimension =
        Character.isDigit(value.charAt(0))
            ? Dimension.newBuilder().setDimValue(Long.parseLong(value)).build()
            : Dimension.newBuilder().setDimParam(value).build();
    ValueInfoProto.Builder input = model.getGraphBuilder().getInputBuilder(0);
    input.getTypeBuilder().getTensorTypeBuilder().getShapeBuilder().setDim(axis, dimension);
    model
        .getGraphBuilder()
        .getOutputBuilder(0)
        .getTypeBuilder()
        .getTensorTypeBuilder()
        .clearShape();
    return Files.write(temp.resolve("model.onnx"), model.build().toByteArray());
  }

  private Workbench open(Path model, String latency, String target) throws IOException {
    String task =
        Files.readString(EXAMPLE.resolve("task.yaml"))
            .replace("model.onnx", model.toString())
            .replace("test_images.npy.gz", EXAMPLE.resolve("test_images.npy.gz").toString())
            .replace("test_labels.npy", EXAMPLE.resolve("test_labels.npy").toString())
            .replace("calibration_images", EXAMPLE.resolve("calibration_images").toString())
            .replace("samples: 512", "samples: 20")
            .replace("search: 0.4", "search: 0.01");
    RunOptions options = new RunOptions();
    options.task = Files.writeString(temp.resolve("task.yaml"), task + "\n" + latency + "\n");
    options.target = target;
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
    return Workbench.open(
        options,
        new Surroundings(
            Tune.ROOT,
            Path.of("target", "natives"),
            Clock.systemUTC(),
            nowhere,
            nowhere,
            /* terminal= */ false,
            new AtomicBoolean()));
  }

  /** 20 calibration and 100 search samples: the last batches of 8 are short. */
  @Test
  void aFixedBatchIsFedFromCalibrationToTiming() throws IOException {
    ExecutorService workers = Executors.newSingleThreadExecutor();
    try (Workbench bench = open(model(0, "8"), "", "host")) {
      bench.calibrate(1, workers, FittingProgress.silent());
      Plan plan = Plan.uniform(bench.network().layers().size(), Scheme.W8A8);
      LoweredPlan lowered = bench.lowering().lower(plan);

      assertThat(bench.evaluator().score(lowered.model(), bench.data().search()))
          .isInstanceOf(Outcome.Scored.class);
      assertThat(bench.deploymentBatch()).isEqualTo(8);
      assertThat(bench.deploymentInputs().get("input").shape()).containsExactly(8, 1, 28, 28);
    } finally {
      workers.shutdownNow();
    }
  }

  @Test
  void aBatchAgainstTheModelsOwnIsRefused() throws IOException {
    Path fixed = model(0, "8");
    assertThatThrownBy(() -> open(fixed, "latency: {batch: 4}", "host"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("latency.batch is 4")
        .hasMessageContaining("fixed at 8");
  }

  @Test
  void anOpenBatchIsTimedAsAsked() throws IOException {
    try (Workbench bench = open(EXAMPLE.resolve("model.onnx"), "latency: {batch: 4}", "host")) {
      assertThat(bench.deploymentInputs().get("input").shape()).containsExactly(4, 1, 28, 28);
    }
  }

  @Test
  void theCacheLeavesRoomInTheHeap() {
    assertThat(Workbench.cacheBytes(400L << 20)).isEqualTo(100L << 20);
    assertThat(Workbench.cacheBytes(64L << 30)).isEqualTo(512L << 20);
  }

  @ParameterizedTest
  @CsvSource({"batch, latency.batch", "threads, latency.threads"})
  void aProfileForAnotherBatchOrOtherThreadsIsRefused(String key, String named) {
    Path model = EXAMPLE.resolve("model.onnx");
    assertThatThrownBy(() -> open(model, "latency: {" + key + ": 4}", "pixel8"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(named)
        .hasMessageContaining("is 4, and profile 'pixel8' holds for 1");
  }

  @Test
  void anOpenAxisWithoutALengthIsRefused() throws IOException {
    Path open = model(2, "height");
    assertThatThrownBy(() -> open(open, "", "host"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("latency.axes does not set 'height' of input 'input'")
        .hasMessageContaining("axes: {height: 28}");
  }

  @Test
  void anOpenAxisWithALengthIsComputedForIt() throws IOException {
    try (Workbench bench = open(model(2, "height"), "latency: {axes: {height: 28}}", "host")) {
      assertThat(bench.network().inputShape()).containsExactly(1L, 1L, 28L, 28L);
    }
  }
}
