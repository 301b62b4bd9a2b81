package dev.mixtune.training.tuning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.onnx.proto.OnnxMl.ModelProto;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.UserException;
import dev.mixtune.engine.graph.Network;
import dev.mixtune.engine.graph.NetworkReader;
import dev.mixtune.engine.runtime.OrtRuntime;
import dev.mixtune.engine.runtime.Session;
import dev.mixtune.evaluators.SampleSet;
import dev.mixtune.evaluators.Task;
import dev.mixtune.evaluators.TaskData;
import dev.mixtune.evaluators.TaskFile;
import dev.mixtune.training.TinyTask;
import dev.mixtune.training.program.GradientProgram;
import dev.mixtune.training.program.Kit;
import dev.mixtune.training.program.Torch;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small plan is trained, stopped, resumed and exported. */
class FineTuningTest {
  private static final TuningSettings SETTINGS = settings(3, 16, 0.02, true);

  private static TuningSettings settings(int epochs, int batch, double rate, boolean flips) {
    return new TuningSettings(epochs, batch, rate, 2, 0.0, flips, epochs, 5);
  }

  @TempDir static Path folder;
  private static OrtRuntime runtime;
  private static NDManager manager;
  private static Network network;
  private static TaskData data;
  private static StartingPoint start;
  private static Path taskFile;

  @BeforeAll
  static void prepare() throws IOException {
    taskFile = TinyTask.write(folder);
    runtime = Kit.runtime();
    manager = Torch.start(1);
    Task task = TaskFile.read(taskFile);
    network = new NetworkReader(runtime).read(task.model(), Map.of());
    try (Session floatModel = runtime.open(task.model(), 1)) {
      data = TaskData.open(task, floatModel, 1, folder);
    }
    ExecutorService executor = Executors.newFixedThreadPool(1);
    try {
      start = StartingPoint.ofAllWidths(network, runtime, FineTuningTest::calibration, executor);
    } finally {
      executor.shutdownNow();
    }
  }

  private static Iterable<Map<String, Tensor>> calibration() {
    return data.calibration().batches(32, false);
  }

  @AfterAll
  static void stop() {
    data.close();
    manager.close();
  }

  @Test
  void theProgramOfAPlanNamesTheClassesOfItsFile() {
    for (Scheme scheme : new Scheme[] {Scheme.W8A8, Scheme.W4A8, Scheme.W2A8}) {
      Plan plan = plan(scheme).with(1, Scheme.F32);
      try (TrainablePlan student = student(plan);
          GradientProgram program =
              GradientProgram.of(student.lowered().model(), runtime, manager, DataType.FLOAT32)) {
        double agreement =
            new PlanFidelity(runtime, manager)
                .agreement(student.lowered().model(), program, data.search().batches(16, false));
        assertThat(agreement).isGreaterThan(0.95);
      }
    }
  }

  @Test
  void trainingBringsThePlanNearerToTheFloatNetwork() {
    try (GradientProgram teacher = teacher();
        TrainablePlan student = student(plan(Scheme.W2A8));
        FineTuning training =
            new FineTuning(
                student,
                teacher,
                data.openTraining(folder.resolve("train.npy")),
                settings(12, 16, 0.02, false),
                manager)) {
      double first = training.epoch((done, total, loss) -> {});
      double last = first;
      while (training.epochsDone() < 12) {
        last = training.epoch((done, total, loss) -> {});
      }
      assertThat(last).isLessThan(0.7 * first);

      // The exported file is the trained program.
      try (GradientProgram program =
          GradientProgram.of(student.lowered().model(), runtime, manager, DataType.FLOAT32)) {
        double agreement =
            new PlanFidelity(runtime, manager)
                .agreement(student.lowered().model(), program, data.search().batches(16, false));
        assertThat(agreement).isGreaterThan(0.95);
      }
    }
  }

  /**
   * Large pictures go through a few at a time: their gradients add up to those of the batch, also
   * when the last part of it is smaller.
   */
  @Test
  void aBatchInPartsIsTheBatch() throws IOException {
    Random random = new Random(8);
    TinyTask.labels(folder.resolve("test_labels.npy"), random.longs(64, 0, 5).toArray());
    Path labels = folder.resolve("train_labels.npy");
    TinyTask.labels(labels, random.longs(48, 0, 5).toArray());
    Path labelled = folder.resolve("labelled.yaml");
    Files.writeString(
        labelled,
        Files.readString(taskFile)
            .replace("metric: fidelity", "metric: top1\nlabels: test_labels.npy"));
    try (Session floatModel = runtime.open(TaskFile.read(labelled).model(), 1);
        TaskData withLabels = TaskData.open(TaskFile.read(labelled), floatModel, 1, folder)) {
      SampleSet samples = withLabels.openTraining(folder.resolve("train.npy"), labels);
      assertThat(samples.isLabelled()).isTrue();
      double[] whole = losses(16, samples);
      assertThat(whole).hasSize(6);
      assertThat(whole[5]).isNotCloseTo(whole[0], within(5e-4));
      assertThat(losses(1, samples)).containsExactly(whole, within(1e-5));
      assertThat(losses(5, samples)).containsExactly(whole, within(1e-5));
    }
  }

  /** Of three steps in each of two epochs; small steps, for a code that changes makes a jump. */
  private static double[] losses(int atOnce, SampleSet samples) {
    TuningSettings halfOfLabels = new TuningSettings(2, 16, 0.002, 2, 0.5, false, 2, 5);
    try (GradientProgram teacher = teacher();
        TrainablePlan student = student(plan(Scheme.W2A8));
        FineTuning training =
            new FineTuning(
                student,
                teacher,
                samples,
                halfOfLabels,
                atOnce * each(teacher, samples),
                manager)) {
      DoubleStream.Builder losses = DoubleStream.builder();
      for (int epoch = 0; epoch < 2; epoch++) {
        training.epoch((done, total, loss) -> losses.add(loss));
      }
      return losses.build().toArray();
    }
  }

  private static long each(GradientProgram teacher, SampleSet samples) {
    try (NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      Map<String, Tensor> one = samples.batches(1, false).iterator().next();
      return teacher.computed(FineTuning.arrays(one, manager));
    }
  }

  /** Biases are tied to weights before the first step, and nothing else happens. */
  @Test
  void centringLeavesThePlanAsItIs() {
    try (GradientProgram teacher = teacher();
        TrainablePlan plain = student(plan(Scheme.W2A8));
        TrainablePlan student = student(plan(Scheme.W2A8));
        FineTuning training = training(student, teacher)) {
      assertThat(training.epochsDone()).isZero();
      assertThat(student.lowered().model()).isEqualTo(plain.lowered().model());
    }
  }

  @Test
  void aResumedTrainingEndsAsTheUndisturbedOne() {
    byte[] undisturbed = trained(3, null);
    Path file = folder.resolve("checkpoint.bin");
    trained(1, file);
    try (GradientProgram teacher = teacher();
        TrainablePlan student = student(plan(Scheme.W4A8));
        FineTuning training = training(student, teacher)) {
      training.restore(Checkpoint.read(file, "key"));
      assertThat(training.epochsDone()).isEqualTo(1);
      training.epoch((done, total, loss) -> {});
      training.epoch((done, total, loss) -> {});

      assertThat(student.lowered().model()).isEqualTo(undisturbed);
    }
  }

  /** The model after some epochs; the last one's checkpoint goes into the file. */
  private static byte[] trained(int epochs, @Nullable Path checkpoint) {
    try (GradientProgram teacher = teacher();
        TrainablePlan student = student(plan(Scheme.W4A8));
        FineTuning training = training(student, teacher)) {
      for (int i = 0; i < epochs; i++) {
        training.epoch((done, total, loss) -> {});
      }
      if (checkpoint != null) {
        training.checkpoint().write(checkpoint, "key");
      }
      return student.lowered().model();
    }
  }

  @Test
  void aDamagedOrForeignCheckpointIsRefused() throws IOException {
    Path file = folder.resolve("other.bin");
    new Checkpoint(
            1,
            2,
            0.75,
            List.of(new float[] {1, 2}),
            new Checkpoint.Best(1, 0.5, List.of(new float[] {3})))
        .write(file, "key");
    Checkpoint read = Checkpoint.read(file, "key");
    assertThat(read.arrays().get(0)).containsExactly(1, 2);
    assertThat(read.firstLoss()).isEqualTo(0.75);
    assertThat(read.best().epoch()).isEqualTo(1);
    assertThat(read.best().score()).isEqualTo(0.5);
    assertThat(read.best().arrays().get(0)).containsExactly(3);
    assertThatThrownBy(() -> Checkpoint.read(file, "another key"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("another training");
    byte[] bytes = Files.readAllBytes(file);
    bytes[20] ^= 1;
    Files.write(file, bytes);
    assertThatThrownBy(() -> Checkpoint.read(file, "key"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("damaged");
  }

  @Test
  void aRateThatBlowsUpIsTold() {
    try (GradientProgram teacher = teacher();
        TrainablePlan student = student(plan(Scheme.W8A8));
        FineTuning training =
            new FineTuning(
                student,
                teacher,
                data.openTraining(folder.resolve("train.npy")),
                settings(20, 4, 1e6, false),
                manager)) {
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 20; i++) {
                  training.epoch((done, total, loss) -> {});
                }
              })
          .isInstanceOf(UserException.class)
          .hasMessageContaining("Lower the learning rate");
    }
  }

  @Test
  void theBestScoredPlanIsKeptAndTrainingEndsWhenNothingGetsBetter() {
    TuningSettings impatient = new TuningSettings(9, 16, 0.02, 2, 0.0, true, 2, 5);
    try (GradientProgram teacher = teacher();
        TrainablePlan student = student(plan(Scheme.W2A8));
        FineTuning training =
            new FineTuning(
                student,
                teacher,
                data.openTraining(folder.resolve("train.npy")),
                impatient,
                manager)) {
      training.scored(0.5);
      training.epoch((done, total, loss) -> {});
      training.scored(0.7);
      byte[] best = student.lowered().model();
      // Four of nine epochs are the first half; two more without a better score end it.
      for (int epoch = 2; epoch <= 6; epoch++) {
        assertThat(training.isOver()).as("before epoch %d", epoch).isFalse();
        training.epoch((done, total, loss) -> {});
        training.scored(epoch == 2 ? 0.7 : 0.6);
      }

      assertThat(student.lowered().model()).isNotEqualTo(best);
      assertThat(training.isOver()).isTrue();
      assertThat(training.bestEpoch()).isEqualTo(1);
      training.useBest();
      assertThat(student.lowered().model()).isEqualTo(best);
    }
  }

  @Test
  void theProgramWritesAFileThatIsScored() throws IOException {
    Path out = folder.resolve("out");

    Ended ended = finetune(taskFile, folder.resolve("train.npy"), out);

    assertThat(ended.code()).as(ended.printed()).isZero();
    assertThat(out.resolve("finetune.json")).content().contains("\"finetuned\"");
    try (Session session = runtime.open(out.resolve("finetuned.onnx"), 1)) {
      assertThat(session.outputs()).hasSize(1);
    }
  }

  @Test
  void aTrainingOnOtherPicturesDoesNotGoOnWithTheCheckpoint() throws IOException {
    Path out = folder.resolve("kept");
    assertThat(finetune(taskFile, folder.resolve("train.npy"), out).code()).isZero();
    byte[] pictures = Files.readAllBytes(folder.resolve("train.npy"));
    pictures[pictures.length - 1] ^= 1;
    Path other = Files.write(folder.resolve("other.npy"), pictures);

    Ended same = finetune(taskFile, folder.resolve("train.npy"), out);
    Ended ended = finetune(taskFile, other, out);

    assertThat(same.code()).isZero();
    assertThat(same.printed()).contains("going on after epoch 1");
    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.printed()).contains("another training");
  }

  @Test
  void aModelWithAFixedBatchIsRefusedInOneLine() throws IOException {
    ModelProto.Builder model =
        ModelProto.parseFrom(Files.readAllBytes(folder.resolve("model.onnx"))).toBuilder();
    model
        .getGraphBuilder()
        .getInputBuilder(0)
        .getTypeBuilder()
        .getTensorTypeBuilder()
        .getShapeBuilder()
        .getDimBuilder(0)
        .setDimValue(4);
    Files.write(folder.resolve("fixed.onnx"), model.build().toByteArray());
    Path task =
        Files.writeString(
            folder.resolve("fixed.yaml"),
            Files.readString(taskFile).replace("model.onnx", "fixed.onnx"));

    Ended ended = finetune(task, folder.resolve("train.npy"), folder.resolve("fixed"));

    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.printed().strip().lines()).hasSize(1);
    assertThat(ended.printed()).contains("fixed.onnx' has its batch fixed at 4");
  }

  private record Ended(int code, String printed) {}

  private static Ended finetune(Path task, Path train, Path out, String... further) {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(printed, true, StandardCharsets.UTF_8);
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("--task", task.toString(), "--train", train.toString()));
    arguments.addAll(List.of("--plan", "w4a8", "--batch", "16", "--threads", "1"));
    arguments.addAll(List.of("--out", out.toString()));
    arguments.addAll(further.length == 0 ? List.of("--epochs", "1") : List.of(further));
    int code = Finetune.exitCode(stream, stream, arguments.toArray(String[]::new));
    return new Ended(code, printed.toString(StandardCharsets.UTF_8));
  }

  @Test
  void wrongOptionsAreToldInOneLine() {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(printed, true, StandardCharsets.UTF_8);
    assertThat(Finetune.exitCode(stream, stream, "--tusk", "x")).isEqualTo(2);
    assertThat(printed.toString(StandardCharsets.UTF_8)).contains("'--tusk' is no option");
  }

  @Test
  void trainingSamplesMustNotBeScored() {
    assertThatThrownBy(() -> data.openTraining(folder.resolve("test.npy")))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("equals a sample of the search split");
  }

  private static Plan plan(Scheme scheme) {
    return Plan.uniform(network.layers().size(), scheme);
  }

  private static TrainablePlan student(Plan plan) {
    return new TrainablePlan(network, start.calibration(), start.library(), plan, runtime, manager);
  }

  private static GradientProgram teacher() {
    return GradientProgram.of(
        network.graph().model().toByteArray(), runtime, manager, DataType.FLOAT32);
  }

  private static FineTuning training(TrainablePlan student, GradientProgram teacher) {
    return new FineTuning(
        student, teacher, data.openTraining(folder.resolve("train.npy")), SETTINGS, manager);
  }
}
