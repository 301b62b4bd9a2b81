package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.graph.Constants;
import dev.mixtune.engine.graph.Network;
import dev.mixtune.engine.graph.NetworkReader;
import dev.mixtune.engine.rounding.RoundingLibrary;
import dev.mixtune.engine.rounding.RoundingMethods;
import dev.mixtune.engine.runtime.OrtRuntime;
import dev.mixtune.engine.runtime.Session;
import dev.mixtune.evaluators.AccuracyEvaluator;
import dev.mixtune.evaluators.Outcome;
import dev.mixtune.evaluators.Sensitivity;
import dev.mixtune.evaluators.SensitivityFile;
import dev.mixtune.evaluators.Task;
import dev.mixtune.evaluators.TaskData;
import dev.mixtune.evaluators.TaskFile;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model above 1 GiB: a small network whose weights lie at the end of a file that is a hole. */
class LargeAnalysisTest {
  private static final long HOLE = 1_100L << 20;

  @TempDir static Path folder;
  private static Path large;
  private static Path small;

  @BeforeAll
  static void write() throws IOException {
    Random random = new Random(3);
    TensorProto first = weights(random, "first", 784, 400);
    TensorProto second = weights(random, "second", 400, 10);
    small = task("small", model(first, second));
    large = task("large", model(outside(first, HOLE), outside(second, HOLE + 4L * 784 * 400)));
  }

  private static TensorProto weights(Random random, String name, long inputs, long outputs) {
    float[] values = new float[(int) (inputs * outputs)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (random.nextGaussian() / Math.sqrt(inputs));
    }
    return Constants.ofFloats(name, List.of(inputs, outputs), values);
  }

  private static TensorProto outside(TensorProto constant, long offset) throws IOException {
    try (RandomAccessFile file =
        new RandomAccessFile(folder.resolve("weights.bin").toFile(), "rw")) {
      file.seek(offset);
      file.write(constant.getRawData().toByteArray());
    }
    TensorProto.Builder outside =
        constant.toBuilder().clearRawData().setDataLocation(TensorProto.DataLocation.EXTERNAL);
    Map.of(
            "location", "weights.bin",
            "offset", "" + offset,
            "length", "" + constant.getRawData().size())
        .forEach(
            (key, value) ->
                outside.addExternalData(
                    StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
    return outside.build();
  }

  private static ModelProto model(TensorProto first, TensorProto second) {
    GraphProto.Builder graph =
        GraphProto.newBuilder()
            .setName("test")
            .addInput(value("input", 1, 28, 28))
            .addOutput(value("answers", 10))
            .addInitializer(first)
            .addInitializer(second)
            .addNode(node("Flatten", "flat", "input"))
            .addNode(node("MatMul", "hidden", "flat", "first"))
            .addNode(node("Relu", "kept", "hidden"))
            .addNode(node("MatMul", "answers", "kept", "second"));
    return ModelProto.newBuilder()
        .setIrVersion(7)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(13))
        .setGraph(graph)
        .build();
  }

  private static NodeProto node(String operator, String output, String... inputs) {
    return NodeProto.newBuilder()
        .setOpType(operator)
        .setName(output)
        .addAllInput(List.of(inputs))
        .addOutput(output)
        .build();
  }

  private static ValueInfoProto value(String name, long... shape) {
    TensorShapeProto.Builder axes = TensorShapeProto.newBuilder();
    axes.addDimBuilder().setDimParam("N");
    for (long axis : shape) {
      axes.addDimBuilder().setDimValue(axis);
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder().setElemType(Constants.FLOAT).setShape(axes)))
        .build();
  }

  private static Path task(String name, ModelProto model) throws IOException {
    Path file = Files.write(folder.resolve(name + ".onnx"), model.toByteArray());
    Path example = Tune.ROOT.resolve("examples/fashion-mnist/model.onnx");
    return Files.writeString(
        folder.resolve(name + ".yaml"),
        SmallTask.text().replace(example.toString(), file.toString()));
  }

  private static Tune analyze(String... more) {
    return analyze(Clock.systemUTC(), new AtomicBoolean(), more);
  }

  private static Tune analyze(Clock clock, AtomicBoolean interrupted, String... more) {
    List<String> words =
        new java.util.ArrayList<>(List.of("analyze", "--task", large.toString(), "--workers=2"));
    words.addAll(List.of(more));
    return Tune.run(clock, interrupted, words.toArray(String[]::new));
  }

  private static Sensitivity written(Path out) throws IOException {
    return SensitivityFile.read(Files.readString(out.resolve("sensitivity.json")));
  }

  @Test
  void theDamageIsThatOfAModelWithRoundedWeights() throws IOException {
    Path out = folder.resolve("whole");
    Tune tune = analyze("--bits", "8,2", "--out", out.toString());

    assertThat(tune.err()).isEmpty();
    assertThat(tune.exitCode()).isEqualTo(ExitCodes.DONE);
    assertThat(tune.out())
        .contains("1.15 GB", "analysed and not searched", "weights alone", "w8 KL", "w2 KL");
    assertThat(out.resolve("sensitivity.png")).isNotEmptyFile();
    Sensitivity sensitivity = written(out);
    assertThat(sensitivity.complete()).isTrue();
    assertThat(sensitivity.samples()).isEqualTo(100);
    assertThat(sensitivity.entries())
        .extracting(Sensitivity.Entry::layerName, Sensitivity.Entry::scheme)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("hidden", Scheme.W8),
            org.assertj.core.groups.Tuple.tuple("hidden", Scheme.W2),
            org.assertj.core.groups.Tuple.tuple("answers", Scheme.W8),
            org.assertj.core.groups.Tuple.tuple("answers", Scheme.W2));
    Outcome.Scored expected = roundedInside(/* bits= */ 2);
    Sensitivity.Entry entry = sensitivity.find(0, Scheme.W2).orElseThrow();
    assertThat(entry.kl()).isGreaterThan(1e-4);
    assertThat(entry.kl()).isCloseTo(expected.closeness().kl(), within(1e-4 * entry.kl()));
    assertThat(entry.score().orElseThrow()).isEqualTo(expected.score());
  }

  /** The small model with the first layer's weights rounded, by the evaluator of small models. */
  private static Outcome.Scored roundedInside(int bits) {
    OrtRuntime runtime = OrtRuntime.start(Path.of("target", "natives"));
    Task task = TaskFile.read(small);
    Network network = new NetworkReader(runtime).read(task.model(), Map.of());
    RoundingLibrary library = new RoundingLibrary(network, RoundingMethods.named("mse"));
    float[] values = library.perChannel(network.layers().get(0), bits).values();
    ModelProto rounded =
        model(
            Constants.ofFloats("first", List.of(784L, 400L), values),
            network.graph().constant("second").orElseThrow());
    try (Session session = runtime.open(task.model(), 1);
        TaskData data = TaskData.open(task, session, /* seed= */ 1)) {
      AccuracyEvaluator evaluator =
          new AccuracyEvaluator(
              runtime,
              task.model(),
              task.metric(),
              new AccuracyEvaluator.Settings(64, 1 << 20, 0.95));
      return (Outcome.Scored)
          evaluator.score(
              rounded.toByteArray(), data.search().subset(/* size= */ 128, new Random(1)));
    }
  }

  /** Each look at it takes a second. */
  private static final class TickingClock extends Clock {
    private final AtomicLong looks = new AtomicLong();

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return Instant.ofEpochSecond(looks.incrementAndGet());
    }
  }

  @Test
  void whatWasMeasuredWhenTheBudgetEndsIsKept() throws IOException {
    Path out = folder.resolve("partial");
    TickingClock clock = new TickingClock();
    assertThat(
            analyze(clock, new AtomicBoolean(), "--out", out.toString(), "--budget=1000s")
                .exitCode())
        .isEqualTo(ExitCodes.DONE);
    assertThat(written(out).entries()).hasSize(6);

    String budget = "--budget=" + (clock.looks.get() - 10) + "s";
    Tune tune = analyze(new TickingClock(), new AtomicBoolean(), "--out", out.toString(), budget);
    assertThat(tune.exitCode()).isEqualTo(ExitCodes.DONE);
    assertThat(tune.out()).contains("Stopped by " + budget.replace('=', ' '));
    assertThat(written(out).complete()).isFalse();
    assertThat(written(out).entries()).hasSizeBetween(1, 5);

    Tune none =
        analyze(new TickingClock(), new AtomicBoolean(), "--out", out.toString(), "--budget=1s");
    assertThat(none.exitCode()).isEqualTo(ExitCodes.USER);
    assertThat(none.err()).contains("--budget '1s' ended before a layer was measured");
  }

  @Test
  void anInterruptEndsIt() {
    Path out = folder.resolve("stopped");
    Tune tune = analyze(Clock.systemUTC(), new AtomicBoolean(true), "--out", out.toString());
    assertThat(tune.exitCode()).isEqualTo(ExitCodes.STOPPED);
    assertThat(tune.err()).contains("stopped by the user before a layer was measured");
  }

  @Test
  void whatCannotBeDoneIsSaidInOneLine() {
    Tune gradients = analyze("--sensitivity", "fisher");
    assertThat(gradients.exitCode()).isEqualTo(ExitCodes.USER);
    assertThat(gradients.err()).contains("--sensitivity 'fisher'", "1 GiB").hasLineCount(1);

    Tune wide = analyze("--bits", "16");
    assertThat(wide.exitCode()).isEqualTo(ExitCodes.USER);
    assertThat(wide.err()).contains("no layer 8, 4 or 2 bits").hasLineCount(1);

    Tune search = Tune.run("run", "--task", large.toString(), "--max-drop", "1%");
    assertThat(search.exitCode()).isEqualTo(ExitCodes.USER);
    assertThat(search.err()).contains("too large", "./tune analyze").hasLineCount(1);
  }
}
