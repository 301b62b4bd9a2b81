package dev.mixtune.training.tuning;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import dev.mixtune.engine.PairedScore;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.UserException;
import dev.mixtune.engine.fitting.RoundingCache;
import dev.mixtune.engine.graph.Network;
import dev.mixtune.engine.graph.NetworkReader;
import dev.mixtune.engine.runtime.OrtRuntime;
import dev.mixtune.engine.runtime.Session;
import dev.mixtune.evaluators.AccuracyEvaluator;
import dev.mixtune.evaluators.SampleSet;
import dev.mixtune.evaluators.Task;
import dev.mixtune.evaluators.TaskData;
import dev.mixtune.evaluators.TaskFile;
import dev.mixtune.training.program.Ending;
import dev.mixtune.training.program.GradientProgram;
import dev.mixtune.training.program.Torch;
import java.io.PrintStream;
import java.nio.file.Path;
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
  private static final int CALIBRATION_BATCH = 32;

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
    return Ending.of(() -> new Finetune(FinetuneOptions.parse(arguments), out).run(), err);
  }

  void run() {
    Task task = TaskFile.read(options.task());
    TrainingSource source = TrainingSource.of(options, task);
    try (FolderLock lock = FolderLock.take(options.out())) {
      train(task, source);
    }
  }

  private void train(Task task, TrainingSource source) {
    OrtRuntime runtime = OrtRuntime.start(options.out().resolve("natives"));
    Network network = new NetworkReader(runtime).read(task.model(), task.latency().axes());
    Plan plan = plan(network);
    try (TaskData data = data(task, runtime)) {
      SampleSet samples = source.open(data, new Random(options.settings().seed()));
      AccuracyEvaluator evaluator =
          new AccuracyEvaluator(
              runtime, task.model(), task.metric(), AccuracyEvaluator.Settings.usual());
      print(
          "%d training samples %s, %d layers",
          samples.size(),
          samples.isLabelled() ? "with labels" : "without labels",
          network.layers().size());
      StartingPoint start = start(network, plan, runtime, data);
      try (NDManager manager = Torch.start(options.threads());
          GradientProgram teacher =
              GradientProgram.of(
                  network.graph().model().toByteArray(), runtime, manager, DataType.FLOAT32);
          TrainablePlan student =
              new TrainablePlan(
                  network, start.calibration(), start.library(), plan, runtime, manager);
          FineTuning training =
              new FineTuning(student, teacher, samples, options.settings(), manager)) {
        if (options.settings().labelShare() > 0) {
          source.requireSuited(
              samples, teacher, manager, evaluator.reference(data.search()), task.metric());
        }
        PlanScores scores = new PlanScores(evaluator, student, out);
        SampleSet scored = options.scoresAll() ? data.evaluation() : data.search();
        PairedScore before = scores.of("rounded", scored);
        String key = key(network, plan, samples, data.calibration());
        new TrainingLoop(options.out(), key, options.settings(), out)
            .run(training, () -> scores.of("  on the search split", data.search()).score());
        training.useBest();
        PairedScore after = scores.of("fine-tuned", scored);
        new TuningReport(options, plan, samples, training).write(student, before, after, out);
      }
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
      return TaskData.open(task, floatModel, options.dataSeed(), options.out());
    }
  }

  /** Batches have any size here, the last one of an epoch too. */
  private static void requireOpenBatch(Task task, List<Long> shape) {
    if (task.text().isPresent()) {
      throw new UserException(
          "'" + task.model() + "' reads texts, each as long as it is; fine-tuning needs batches",
          "Bring token ids of one length as .npy.");
    }
    long batch = shape.isEmpty() ? -1 : shape.get(0);
    if (batch > 0) {
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

  private void print(String format, Object... values) {
    out.println(String.format(Locale.ROOT, format, values));
  }
}
