package dev.mixtune.training.tuning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import dev.mixtune.engine.Tensor;
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
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What can go wrong with a training: labels, folders, and a process that is killed. */
class FinetuneFaultsTest {
  private static final int CLASSES = 5;
  private static final String[] LONG = {"--epochs", "12", "--patience", "12"};

  @TempDir static Path folder;
  private static Path task;
  private static long[] trainClasses;

  /**
   * A task whose labels are the float network's own answers, so that it is right on all of them.
   */
  @BeforeAll
  static void prepare() throws IOException {
    Path unlabelled = TinyTask.write(folder);
    OrtRuntime runtime = Kit.runtime();
    Task tiny = TaskFile.read(unlabelled);
    Network network = new NetworkReader(runtime).read(tiny.model(), Map.of());
    try (Session floatModel = runtime.open(tiny.model(), 1);
        TaskData data = TaskData.open(tiny, floatModel, 1, folder);
        NDManager manager = Torch.start(1);
        GradientProgram program =
            GradientProgram.of(
                network.graph().model().toByteArray(), runtime, manager, DataType.FLOAT32)) {
      TinyTask.labels(
          folder.resolve("test-labels.npy"), answers(program, manager, data.evaluation()));
      trainClasses = answers(program, manager, data.openTraining(folder.resolve("train.npy")));
    }
    task =
        Files.writeString(
            folder.resolve("labelled.yaml"),
            Files.readString(unlabelled)
                    .replace("metric: fidelity", "metric: top1\nlabels: test-labels.npy")
                + "train:\n  source: train.npy\n");
  }

  private static long[] answers(GradientProgram program, NDManager manager, SampleSet samples) {
    List<Long> answers = new ArrayList<>();
    for (Map<String, Tensor> batch : samples.batches(16, false)) {
      NDArray rows = program.run(FineTuning.arrays(batch, manager)).get(0).argMax(1);
      Arrays.stream(rows.toLongArray()).forEach(answers::add);
    }
    return answers.stream().mapToLong(Long::longValue).toArray();
  }

  private static Path labels(String name, int shift) throws IOException {
    long[] moved = Arrays.stream(trainClasses).map(each -> (each + shift) % CLASSES).toArray();
    return TinyTask.labels(folder.resolve(name), moved);
  }

  @Test
  void samplesAndLabelsOfTheTaskFileAreUsed() throws IOException {
    labels("right.npy", 0);
    Path named =
        Files.writeString(
            folder.resolve("named.yaml"),
            Files.readString(task) + "  labels: right.npy\n  samples: 40\n");

    Ended ended = finetune(named, "named", "--epochs", "1", "--label-share", "0.5");

    assertThat(ended.code()).as(ended.printed()).isZero();
    assertThat(ended.printed()).contains("40 training samples with labels");
    assertThat(folder.resolve("named/finetune.json")).content().contains("\"labelShare\" : 0.5");
  }

  @Test
  void labelsOfAnotherOrderAreRefused() throws IOException {
    Path wrong = labels("wrong.npy", 1);

    Ended ended = finetune(task, "wrong", "--labels", wrong.toString(), "--label-share", "0.5");

    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.lastLine())
        .contains("is right on 0 of 48 training samples")
        .contains("another order");
  }

  @Test
  void labelsThatAreTooFewOrBeyondTheClassesAreRefused() throws IOException {
    Path few = TinyTask.labels(folder.resolve("few.npy"), 1, 2, 3);
    long[] beyond = trainClasses.clone();
    beyond[7] = CLASSES;
    Path high = TinyTask.labels(folder.resolve("high.npy"), beyond);

    assertThat(finetune(task, "few", "--labels", few.toString()).lastLine())
        .contains("3 labels for 48 samples");
    assertThat(finetune(task, "high", "--labels", high.toString()).lastLine())
        .contains("the label at position 7 is 5");
  }

  @ParameterizedTest
  @ValueSource(strings = {"empty", "absent"})
  void aTrainingFolderWithoutPicturesIsRefusedInOneLine(String name) throws IOException {
    Path pictures = folder.resolve(name);
    if (name.equals("empty")) {
      Files.createDirectories(pictures);
    }

    Ended ended = finetune(task, "without-" + name, "--train", pictures.toString());

    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.printed().strip().lines()).hasSize(1);
    assertThat(ended.printed()).contains(pictures.toString());
  }

  @Test
  void aTaskWithoutTrainingSamplesIsRefused() throws IOException {
    Path without =
        Files.writeString(
            folder.resolve("without.yaml"),
            Files.readString(task).replace("train:\n  source: train.npy\n", ""));

    Ended ended = finetune(without, "without");

    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.printed()).contains("names no training samples").contains("train: {source");
  }

  @Test
  void aFolderIsTrainedInByOneProcess() {
    try (FolderLock lock = FolderLock.take(folder.resolve("taken"))) {
      assertThat(lock.channel().isOpen()).isTrue();
      Ended ended = finetune(task, "taken");
      assertThat(ended.code()).isEqualTo(2);
      assertThat(ended.printed()).contains("another process is training in");
    }
  }

  @Test
  void aKilledTrainingThatIsStartedAgainEndsInTheSameBytes() throws Exception {
    Process process = started("killed", LONG);
    awaitEpoch(process, 3);
    // The next epoch is trained by now: what it has done is lost.
    process.destroyForcibly();
    assertThat(process.waitFor()).isNotZero();

    requireSameEnd("killed");
  }

  /** From then on no file may grow beyond a few bytes: as on a full disk, writing fails midway. */
  @Test
  void aDiskThatFillsUpEndsTheTrainingInOneLineAndNoEpochIsLost() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/prlimit")), "no prlimit here");
    Process process = started("full", LONG);
    awaitEpoch(process, 3);
    new ProcessBuilder("/usr/bin/prlimit", "--pid", Long.toString(process.pid()), "--fsize=8192")
        .start()
        .waitFor();
    String rest = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(rest).isEqualTo(2);
    assertThat(rest).contains("cannot write").contains("space").doesNotContain("\tat ");

    requireSameEnd("full");
  }

  private static void awaitEpoch(Process process, int epoch) throws IOException {
    // Byte by byte: a reader would take more than it is asked for.
    StringBuilder line = new StringBuilder();
    for (int c = process.getInputStream().read(); c >= 0; c = process.getInputStream().read()) {
      if (c != '\n') {
        line.append((char) c);
      } else if (line.indexOf("epoch " + epoch + " of ") == 0) {
        return;
      } else {
        line.setLength(0);
      }
    }
    throw new AssertionError("ended too early");
  }

  /** Started again it goes on, and ends as a training that nobody disturbed. */
  private static void requireSameEnd(String out) throws IOException {
    Ended again = finetune(task, out, LONG);
    assertThat(again.code()).as(again.printed()).isZero();
    assertThat(again.printed()).containsPattern("going on after epoch ([2-9]|1[01])\\b");

    Path undisturbed = folder.resolve("undisturbed");
    if (!Files.exists(undisturbed.resolve("finetuned.onnx"))) {
      assertThat(finetune(task, "undisturbed", LONG).code()).isZero();
    }
    assertThat(Files.readAllBytes(folder.resolve(out).resolve("finetuned.onnx")))
        .isEqualTo(Files.readAllBytes(undisturbed.resolve("finetuned.onnx")));
  }

  private static List<String> arguments(Path file, String out, String... further) {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("--task", file.toString(), "--plan", "w2a8"));
    arguments.addAll(List.of("--batch", "4", "--lr", "0.01", "--threads", "1"));
    arguments.addAll(List.of("--out", folder.resolve(out).toString()));
    arguments.addAll(List.of(further));
    return arguments;
  }

  private static Process started(String out, String... further) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.add(Finetune.class.getName());
    command.addAll(arguments(task, out, further));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder
        .environment()
        .put(
            "CLASSPATH",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    return builder.start();
  }

  private record Ended(int code, String printed) {
    String lastLine() {
      List<String> lines = printed.strip().lines().toList();
      return lines.get(lines.size() - 1);
    }
  }

  private static Ended finetune(Path file, String out, String... further) {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(printed, true, StandardCharsets.UTF_8);
    int code =
        Finetune.exitCode(stream, stream, arguments(file, out, further).toArray(String[]::new));
    return new Ended(code, printed.toString(StandardCharsets.UTF_8));
  }
}
