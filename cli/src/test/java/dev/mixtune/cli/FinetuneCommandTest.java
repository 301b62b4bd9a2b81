package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mixtune.engine.UserException;
import dev.mixtune.results.FinetunedPoint;
import dev.mixtune.results.Frontier;
import dev.mixtune.results.FrontierJson;
import dev.mixtune.results.FrontierPoint;
import dev.mixtune.results.StudyReader;
import dev.mixtune.search.Evaluation;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A trained plan becomes a point of its study. What trains is a stand-in that hands back the file
 * of another point, so that every figure of the new point is known beforehand.
 */
class FinetuneCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir static Path temp;
  private static Path study;
  private static Frontier before;
  private static FrontierPoint origin;
  private static byte[] chosenBefore;
  private static final List<List<String>> TRAININGS = new ArrayList<>();
  private static String printed;
  private static String id;

  @BeforeAll
  static void aStudyAndAPointTrainedFromIt() throws IOException {
    Path task =
        Files.writeString(
            temp.resolve("task.yaml"),
            SmallTask.text().replace("metric: top1", "metric: held-top1")
                + "train:\n  source: "
                + Tune.ROOT.resolve("examples/fashion-mnist/calibration_images.npy.gz")
                + "\n");
    study = temp.resolve("study");
    Tune run =
        Tune.run(
            "--task",
            task.toString(),
            "--target",
            "pixel8",
            "--max-drop",
            "20%rel",
            "--max-evaluations",
            "12",
            "--out",
            study.toString());
    assertThat(run.err()).isEmpty();
    before = FrontierJson.read(study.resolve("frontier.json"));
    origin = before.uniforms().get(before.uniforms().size() - 1);
    chosenBefore = Files.readAllBytes(study.resolve("chosen.onnx"));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int exitCode = finetune(study, new AtomicBoolean(), out, options(1));
    printed = out.toString(StandardCharsets.UTF_8);
    assertThat(exitCode).as(printed).isEqualTo(ExitCodes.DONE);
    id = after().finetuned().get(0).point().id();
  }

  private static FinetuneOptions options(long seed) {
    FinetuneOptions options = new FinetuneOptions();
    options.point = origin.id();
    options.seed = seed;
    options.threads = 1;
    return options;
  }

  private static int finetune(
      Path folder, AtomicBoolean interrupted, ByteArrayOutputStream out, FinetuneOptions options) {
    return finetune(folder, interrupted, out, options, FinetuneCommandTest::train);
  }

  private static int finetune(
      Path folder,
      AtomicBoolean interrupted,
      ByteArrayOutputStream out,
      FinetuneOptions options,
      TrainingProgram program) {
    PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
    Surroundings around =
        new Surroundings(
            Tune.ROOT,
            Path.of("target", "natives"),
            Clock.systemUTC(),
            stream,
            stream,
            /* terminal= */ false,
            interrupted);
    return new FinetuneCommand(around, program).run(folder, options);
  }

  /** Leaves the origin's own file, as if training had brought nothing. */
  private static void train(List<String> arguments) {
    TRAININGS.add(arguments);
    Path work = Path.of(argument(arguments, "--out"));
    try {
      Files.createDirectories(work);
      Tune export =
          Tune.run(
              "export",
              study.toString(),
              "--point",
              origin.id(),
              "--out",
              work.resolve("finetuned.onnx").toString());
      assertThat(export.err()).isEmpty();
      Files.writeString(
          work.resolve("finetune.json"),
          JSON.createObjectNode()
              .put("plan", argument(arguments, "--plan"))
              .put("trainingSamples", 512)
              .put("epochs", 4)
              .put("bestEpoch", 3)
              .put("labelShare", 0.0)
              .put("storedWeightBytes", 1000)
              .put("storedWeightBits", 8.25)
              .toString());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static String argument(List<String> arguments, String name) {
    return arguments.get(arguments.indexOf(name) + 1);
  }

  private static Frontier after() {
    return FrontierJson.read(study.resolve("frontier.json"));
  }

  @Test
  void theTrainingGetsThePlanAndTheStudysOwnSplits() {
    List<String> arguments = TRAININGS.get(0);
    assertThat(argument(arguments, "--plan")).isEqualTo(String.join(" ", origin.schemes()));
    assertThat(argument(arguments, "--data-seed")).isEqualTo(Long.toString(before.seed()));
    assertThat(argument(arguments, "--score")).isEqualTo("search");
    assertThat(Path.of(argument(arguments, "--out"))).doesNotExist();
  }

  @Test
  void theFileIsScoredAndTimedAsTheStudyDoes() {
    FrontierPoint point = after().finetuned().get(0).point();

    // The file is the origin's: so are its figures.
    assertThat(point.search()).isEqualTo(origin.search());
    assertThat(point.holdout()).isEqualTo(origin.holdout());
    assertThat(point.sizeBytes()).isEqualTo(origin.sizeBytes());
    assertThat(point.latencyRatio()).isEqualTo(origin.latencyRatio());
    assertThat(point.kernels()).isEqualTo(origin.kernels());
    assertThat(point.averageBits()).isEqualTo(8.25);
    assertThat(point.id()).isNotEqualTo(origin.id()).endsWith("-finetuned");
    assertThat(after().finetuned().get(0).from()).isEqualTo(origin.id());
    assertThat(after().finetuned().get(0).training().bestEpoch()).isEqualTo(3);
  }

  @Test
  void itsCertificateIsThatOfTheOnlyPlanTested() {
    Frontier.CertificateFacts certificate = after().finetuned().get(0).certificate();
    assertThat(certificate.pointId()).isEqualTo(id);
    assertThat(certificate.plansTested()).isEqualTo(1);
    assertThat(certificate.samples()).isEqualTo(origin.holdout().samples());
    assertThat(certificate.upperBound()).isGreaterThanOrEqualTo(origin.holdout().drop());
    assertThat(printed).contains("On the holdout its drop is at most");
  }

  @Test
  void nothingElseOfTheStudyChanges() throws IOException {
    assertThat(after().withFinetuned(List.of())).isEqualTo(before);
    assertThat(Files.readAllBytes(study.resolve("chosen.onnx"))).isEqualTo(chosenBefore);
    JsonNode json = JSON.readTree(study.resolve("frontier.json").toFile());
    assertThat(json.fieldNames().next()).isEqualTo("schemaVersion");
    assertThat(json.get("evaluations").asInt()).isEqualTo(before.evaluations());
  }

  @Test
  void exportExplainReportAndResumeKnowThePoint() throws IOException {
    Path file = temp.resolve("again.onnx");
    Tune export = Tune.run("export", study.toString(), "--point", id, "--out", file.toString());
    assertThat(export.err()).isEmpty();
    assertThat(Files.size(file)).isEqualTo(origin.sizeBytes());
    assertThat(Files.readAllBytes(study.resolve("points").resolve(id + ".onnx")))
        .isEqualTo(Files.readAllBytes(file));

    assertThat(Tune.run("explain", study.toString(), "--measure", "0").err()).isEmpty();
    byte[] frontier = Files.readAllBytes(study.resolve("frontier.json"));
    assertThat(Tune.run("report", study.toString()).err()).isEmpty();
    assertThat(study.resolve("report.html"))
        .content()
        .contains("Fine-tuned plans")
        .contains(id)
        .contains("from " + origin.id());
    assertThat(study.resolve("frontier.csv")).content().contains(id);

    assertThat(Tune.run("resume", study.toString()).err()).isEmpty();
    assertThat(Files.readAllBytes(study.resolve("frontier.json"))).isEqualTo(frontier);
  }

  @Test
  void aLostFrontierEntryComesBackFromTheStore() {
    Path file = study.resolve("frontier.json");
    Frontier whole = FrontierJson.read(file);
    FrontierJson.write(file, whole.withFinetuned(List.of()));

    assertThat(Tune.run("report", study.toString()).err()).isEmpty();

    assertThat(FrontierJson.read(file)).isEqualTo(whole);
  }

  @Test
  void theSameTrainingIsNotMadeTwice() {
    int trained = TRAININGS.size();
    ByteArrayOutputStream out = new ByteArrayOutputStream();

    int exitCode = finetune(study, new AtomicBoolean(), out, options(1));

    assertThat(exitCode).isEqualTo(ExitCodes.DONE);
    assertThat(TRAININGS).hasSize(trained);
    assertThat(out.toString(StandardCharsets.UTF_8)).contains(id).contains("already");
  }

  @Test
  void aTrainingThatFailsLeavesTheStudyAsItWas() throws IOException {
    List<Evaluation> rows = rows();
    byte[] frontier = Files.readAllBytes(study.resolve("frontier.json"));

    assertThatThrownBy(
            () ->
                finetune(
                    study,
                    new AtomicBoolean(),
                    new ByteArrayOutputStream(),
                    options(77),
                    arguments -> {
                      throw new UserException("the loss is NaN", "Lower --lr.");
                    }))
        .isInstanceOf(UserException.class);
    assertThatThrownBy(
            () ->
                finetune(
                    study,
                    new AtomicBoolean(),
                    new ByteArrayOutputStream(),
                    options(78),
                    arguments -> {}))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("the training left no");

    assertThat(rows()).isEqualTo(rows);
    assertThat(Files.readAllBytes(study.resolve("frontier.json"))).isEqualTo(frontier);
  }

  /** Each answer on the holdout takes as long as the test wants: only a heard stop ends it. */
  @Test
  void ctrlCWhileTheHoldoutIsScoredIsHeardAndTheSameCommandGoesOn() throws Exception {
    Path copy = copyOfStudy("stopped");
    forgetTheHoldout(copy.resolve("frontier.json"));
    byte[] frontier = Files.readAllBytes(copy.resolve("frontier.json"));
    AtomicBoolean interrupted = new AtomicBoolean();
    CountDownLatch returned = new CountDownLatch(1);
    // Float model and plan answer the search split, then the float model the holdout.
    int first = 2 * origin.search().samples() + origin.holdout().samples() + 1;
    AtomicInteger answers = new AtomicInteger();
    AtomicBoolean waitedInVain = new AtomicBoolean();
    HeldMetric.AT_EACH_ANSWER.set(
        () -> {
          if (answers.incrementAndGet() >= first && !interrupted.getAndSet(true)) {
            waitedInVain.set(!isOverWithinAMinute(returned));
          }
        });
    try {
      assertThatThrownBy(() -> finetune(copy, interrupted, new ByteArrayOutputStream(), options(5)))
          .isInstanceOf(CancellationException.class)
          .hasMessageContaining("No point was entered; the same command goes on");
    } finally {
      HeldMetric.AT_EACH_ANSWER.set(() -> {});
      returned.countDown();
    }
    assertThat(answers.get()).isGreaterThanOrEqualTo(first);
    assertThat(waitedInVain).isFalse();
    assertThat(Files.readAllBytes(copy.resolve("frontier.json"))).isEqualTo(frontier);
    assertThat(finetuned(copy)).hasSize(1);

    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int exitCode = finetune(copy, new AtomicBoolean(), out, options(5));

    assertThat(exitCode).isEqualTo(ExitCodes.DONE);
    assertThat(finetuned(copy)).hasSize(2);
    // The same folder, and with it whatever the training keeps there, was asked twice.
    List<List<String>> last = TRAININGS.subList(TRAININGS.size() - 2, TRAININGS.size());
    assertThat(last.get(0)).isEqualTo(last.get(1));
    assertThat(finetuned(copy).get(1).point().holdout()).isEqualTo(origin.holdout());
    Frontier.Reference reference = before.reference();
    assertThat(reference.search().accuracy()).isNotEqualTo(reference.holdout().accuracy());
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains(
            String.format(
                Locale.ROOT, "the limit of %.2f holds", 20 * reference.holdout().accuracy()));
  }

  /** Being interrupted is an end too. */
  private static boolean isOverWithinAMinute(CountDownLatch latch) {
    try {
      return latch.await(1, TimeUnit.MINUTES);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  /** As a study leaves it that was stopped before its certificate. */
  private static void forgetTheHoldout(Path frontier) throws IOException {
    ObjectNode json = (ObjectNode) JSON.readTree(frontier.toFile());
    ((ObjectNode) json.get("reference")).putNull("holdout");
    json.putNull("certificate");
    JSON.writeValue(frontier.toFile(), json);
  }

  private static Path copyOfStudy(String name) throws IOException {
    Path copy = temp.resolve(name);
    try (Stream<Path> files = Files.walk(study)) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(study.relativize(file).toString()));
      }
    }
    return copy;
  }

  private static List<FinetunedPoint> finetuned(Path folder) {
    try (StudyReader reader = StudyReader.open(folder.resolve("study.db"))) {
      return reader.finetuned();
    }
  }

  private static List<Evaluation> rows() {
    try (StudyReader reader = StudyReader.open(study.resolve("study.db"))) {
      assertThat(reader.finetuned()).hasSize(1);
      return reader.evaluations();
    }
  }

  @Test
  void wrongWordsAreToldInOneLine() {
    for (Tune run :
        List.of(
            Tune.run("finetune", study.toString(), "--point", "nobody"),
            Tune.run("finetune", study.toString(), "--point", id),
            Tune.run("finetune", study.toString(), "--epochs", "0"),
            Tune.run("finetune", study.toString(), "--lr", "-1"),
            Tune.run("finetune", study.toString(), "--label-share", "2"),
            Tune.run("finetune", temp.resolve("nowhere").toString()))) {
      assertThat(run.exitCode()).isEqualTo(ExitCodes.USER);
      assertThat(run.err().lines()).hasSize(1);
    }
  }
}
