package dev.mixtune.training.tuning;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mixtune.engine.PairedScore;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.UserException;
import dev.mixtune.engine.fitting.RoundingCache;
import dev.mixtune.engine.graph.Network;
import dev.mixtune.engine.graph.NetworkReader;
import dev.mixtune.engine.runtime.OrtRuntime;
import dev.mixtune.engine.runtime.RuntimeFailure;
import dev.mixtune.engine.runtime.Session;
import dev.mixtune.evaluators.AccuracyEvaluator;
import dev.mixtune.evaluators.Outcome;
import dev.mixtune.evaluators.SampleSet;
import dev.mixtune.evaluators.Task;
import dev.mixtune.evaluators.TaskData;
import dev.mixtune.evaluators.TaskFile;
import dev.mixtune.results.AtomicFile;
import dev.mixtune.training.program.GradientProgram;
import dev.mixtune.training.program.Torch;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * Fine-tunes one plan: from the rounded start, by distillation from the float network, to a file
 * that is scored as it ships.
 */
public final class Finetune {
  private static final int USER_ERROR = 2;
  private static final int CALIBRATION_BATCH = 32;
  private static final int REPORTED_EVERY = 50;

  private final FinetuneOptions options;
  private final PrintStream out;

  Finetune(FinetuneOptions options, PrintStream out) {
    this.options = options;
    this.out = out;
  }

  /** Runs the program. */
  public static void main(String[] arguments) {
    System.exit(exitCode(System.out, System.err, arguments));
  }

  static int exitCode(PrintStream out, PrintStream err, String... arguments) {
    if (arguments.length == 0 || arguments[0].equals("--help")) {
      out.print(FinetuneOptions.USAGE);
      return 0;
    }
    try {
      new Finetune(FinetuneOptions.parse(arguments), out).run();
      return 0;
    } catch (UserException e) {
      err.println(e.getMessage());
      return USER_ERROR;
    } catch (RuntimeFailure e) {
      err.println(
          "ONNX Runtime cannot run the model with these inputs: "
              + String.valueOf(e.getMessage()).lines().findFirst().orElse("it does not say why")
              + ". Check the model and the inputs with ./tune doctor.");
      return USER_ERROR;
    }
  }

  void run() {
    folder();
    Task task = TaskFile.read(options.task());
    OrtRuntime runtime = OrtRuntime.start(options.out().resolve("natives"));
    Network network = new NetworkReader(runtime).read(task.model(), task.latency().axes());
    Plan plan = plan(network);
    try (TaskData data = data(task, runtime)) {
      SampleSet samples =
          data.openTraining(options.train())
              .subset(options.samples(), new Random(options.settings().seed()));
      print("%d training samples, %d layers", samples.size(), network.layers().size());
      StartingPoint start = start(network, plan, runtime, data);
      AccuracyEvaluator evaluator =
          new AccuracyEvaluator(
              runtime, task.model(), task.metric(), AccuracyEvaluator.Settings.usual());
      try (NDManager manager = Torch.start(options.threads());
          GradientProgram teacher =
              GradientProgram.of(
                  network.graph().model().toByteArray(), runtime, manager, DataType.FLOAT32);
          TrainablePlan student =
              new TrainablePlan(
                  network, start.calibration(), start.library(), plan, runtime, manager);
          FineTuning training =
              new FineTuning(student, teacher, samples, options.settings(), manager)) {
        PairedScore before = score("rounded", evaluator, student, data.evaluation());
        train(training, student, evaluator, data, key(network, plan, samples, data.calibration()));
        PairedScore after = score("fine-tuned", evaluator, student, data.evaluation());
        write(student, plan, samples, before, after);
      }
    }
  }

  private void folder() {
    try {
      Files.createDirectories(options.out());
    } catch (IOException e) {
      throw new UserException(
          "--out " + options.out() + " cannot be made: " + e, "Choose another folder.", e);
    }
  }

  private Plan plan(Network network) {
    int layers = network.layers().size();
    if (options.plan() != null) {
      return PlanSource.ofText(options.plan(), layers);
    }
    Path study = options.study();
    if (study == null) {
      throw new IllegalStateException("neither a plan nor a study");
    }
    return PlanSource.ofStudy(study, options.point(), layers);
  }

  private TaskData data(Task task, OrtRuntime runtime) {
    try (Session floatModel = runtime.open(task.model(), 1)) {
      requireOpenBatch(task, floatModel.inputs().get(0).shape());
      return TaskData.open(task, floatModel, options.settings().seed(), options.out());
    }
  }

  /** Batches have any size here, the last one of an epoch too; texts come one by one. */
  private static void requireOpenBatch(Task task, List<Long> shape) {
    long batch = shape.isEmpty() ? -1 : shape.get(0);
    if (batch > 0 && !(batch == 1 && task.text().isPresent())) {
      throw new UserException(
          "'" + task.model() + "' has its batch fixed at " + batch,
          "Export the model with an open batch axis.");
    }
  }

  private StartingPoint start(Network network, Plan plan, OrtRuntime runtime, TaskData data) {
    Supplier<Iterable<Map<String, Tensor>>> batches =
        () -> data.calibration().batches(CALIBRATION_BATCH, /* padded= */ false);
    ExecutorService executor = Executors.newFixedThreadPool(options.threads());
    try {
      return StartingPoint.of(network, plan, runtime, batches, executor);
    } finally {
      executor.shutdownNow();
    }
  }

  /** Goes on after the last whole epoch, if there is one. */
  private void train(
      FineTuning training,
      TrainablePlan student,
      AccuracyEvaluator evaluator,
      TaskData data,
      String key) {
    Path file = options.out().resolve("checkpoint.bin");
    if (Files.exists(file)) {
      training.restore(Checkpoint.read(file, key));
      print("going on after epoch %d", training.epochsDone());
    }
    while (training.epochsDone() < options.settings().epochs()) {
      long start = System.nanoTime();
      double loss = training.epoch(this::reportStep);
      training.checkpoint().write(file, key);
      print(
          "epoch %d of %d: loss %.4f, %d s",
          training.epochsDone(),
          options.settings().epochs(),
          loss,
          Duration.ofNanos(System.nanoTime() - start).toSeconds());
      score("  on the search split", evaluator, student, data.search());
    }
  }

  private void reportStep(int done, int total, double loss) {
    if (done % REPORTED_EVERY == 0) {
      print("  step %d of %d: loss %.4f", done, total, loss);
    }
  }

  /** Scores the file that the plan is at present. */
  private PairedScore score(
      String what, AccuracyEvaluator evaluator, TrainablePlan student, SampleSet samples) {
    Outcome outcome = evaluator.score(student.lowered().model(), samples);
    if (outcome instanceof Outcome.Scored scored) {
      PairedScore score = scored.score();
      print(
          "%s: %.4f on %d samples, float %.4f, drop %.4f (%.4f to %.4f)",
          what,
          score.score(),
          score.samples(),
          score.reference(),
          score.drop(),
          score.dropLow(),
          score.dropHigh());
      return score;
    }
    throw new IllegalStateException(((Outcome.Failed) outcome).reason());
  }

  /** Whatever else a training is made of, another training is not gone on with. */
  private String key(Network network, Plan plan, SampleSet samples, SampleSet calibration) {
    return "%s %s %s %s rounding-%d %s"
        .formatted(
            network.sha256(),
            plan.key(),
            samples.fingerprint(),
            calibration.fingerprint(),
            RoundingCache.VERSION,
            options.settings());
  }

  private void write(
      TrainablePlan student, Plan plan, SampleSet samples, PairedScore before, PairedScore after) {
    byte[] model = student.lowered().model();
    AtomicFile.write(options.out().resolve("finetuned.onnx"), model);
    ObjectNode report = new ObjectMapper().createObjectNode();
    report.put("plan", plan.key());
    report.put("trainingSamples", samples.size());
    report.put("epochs", options.settings().epochs());
    report.put("learningRate", options.settings().rate());
    report.put("seed", options.settings().seed());
    report.put("sizeBytes", model.length);
    report.put("float", after.reference());
    report.put("samples", after.samples());
    report.put("rounded", before.score());
    report.put("finetuned", after.score());
    report.put("drop", after.drop());
    report.putArray("dropInterval").add(after.dropLow()).add(after.dropHigh());
    AtomicFile.write(options.out().resolve("finetune.json"), report.toPrettyString() + "\n");
    print("%s: %,d bytes", options.out().resolve("finetuned.onnx"), model.length);
  }

  private void print(String format, Object... values) {
    out.println(String.format(Locale.ROOT, format, values));
  }
}
