package dev.mixtune.cli;

import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.UserException;
import dev.mixtune.engine.calibration.Calibration;
import dev.mixtune.engine.calibration.Calibrator;
import dev.mixtune.engine.calibration.RangeMethods;
import dev.mixtune.engine.fitting.FittedRanges;
import dev.mixtune.engine.fitting.FittingProgress;
import dev.mixtune.engine.fitting.FittingSettings;
import dev.mixtune.engine.fitting.NetworkRounding;
import dev.mixtune.engine.fitting.RangeFitting;
import dev.mixtune.engine.fitting.RoundedNetwork;
import dev.mixtune.engine.fitting.RoundingCache;
import dev.mixtune.engine.fitting.RoundingReport;
import dev.mixtune.engine.graph.Network;
import dev.mixtune.engine.graph.NetworkReader;
import dev.mixtune.engine.lowering.LoweredPlan;
import dev.mixtune.engine.lowering.PlanLowering;
import dev.mixtune.engine.runtime.OrtRuntime;
import dev.mixtune.engine.runtime.Session;
import dev.mixtune.evaluators.AccuracyEvaluator;
import dev.mixtune.evaluators.Task;
import dev.mixtune.evaluators.TaskData;
import dev.mixtune.evaluators.TaskFile;
import dev.mixtune.hardware.HostFacts;
import dev.mixtune.hardware.Sparsity;
import dev.mixtune.hardware.Target;
import dev.mixtune.hardware.Targets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Everything that is ready before the first candidate: task, network, data, rounded weights. */
final class Workbench implements AutoCloseable {
  /** How activation ranges are chosen. */
  static final String RANGE_METHOD = "the best method for each tensor by the error of the outputs";

  /** What the choice starts from. */
  private static final String FIRST_RANGES = "mse";

  /** How weights are rounded. */
  static final String ROUNDING_METHOD =
      "fitted to calibration samples, the best method for each layer and width";

  /** Most memory for preprocessed samples, and most of the heap. */
  private static final long CACHE_BYTES = 512L << 20;

  private static final int CACHE_SHARE = 4;

  /** The samples at the deployment batch are needed by few plans: they get this part of it. */
  private static final int DEPLOYMENT_PART = 8;

  private final OrtRuntime runtime;
  private final RoundingCache roundings;
  private final HostFacts host;
  private final Task task;
  private final Target target;
  private final Network network;
  private final TaskData data;
  private final AccuracyEvaluator evaluator;
  private final AccuracyEvaluator deploymentEvaluator;
  private final int threads;
  private final RunBatch batch;
  private final DeploymentAxes axes;
  private @Nullable FittedRanges ranges;
  private @Nullable RoundedNetwork rounded;
  private @Nullable PlanLowering lowering;

  private Workbench(RunOptions options, Surroundings around) {
    this.host = hostFacts();
    this.target = new Targets(host).find(options.target);
    this.task = task(options, around);
    this.threads = options.threads == null ? task.latency().threads() : options.threads;
    this.runtime = OrtRuntime.start(around.cache());
    this.roundings = new RoundingCache(around.cache().resolve("rounding"));
    this.axes = DeploymentAxes.of(task, runtime);
    this.network = new NetworkReader(runtime).read(task.model(), axes.lengths());
    try (Session floatModel = runtime.open(task.model(), 1)) {
      this.batch =
          RunBatch.of(
              floatModel.inputs().get(0).shape(),
              task.latency().batch(),
              task.text().isPresent(),
              network);
      Deployment.requireProfiled(target, batch.deployment(), threads);
      this.data = opened(TaskData.open(task, floatModel, options.seed, around.cache()));
    }
    double confidence = options.confidenceFraction();
    long cache = cacheBytes(Runtime.getRuntime().maxMemory());
    this.evaluator = evaluator(batch.scoring(), cache, confidence);
    // Texts run one by one in either; the float model need not answer them twice.
    this.deploymentEvaluator =
        task.text().isPresent()
            ? evaluator
            : evaluator(batch.deployment(), cache / DEPLOYMENT_PART, confidence);
  }

  /**
   * Reads and checks the task, the model and the data.
   *
   * @throws UserException when something is wrong with them
   */
  static Workbench open(RunOptions options, Surroundings around) {
    return new Workbench(options, around);
  }

  /** This machine's facts. */
  static HostFacts hostFacts() {
    return HostFacts.read(
        Path.of("/proc/cpuinfo"),
        System.getProperties(),
        Runtime.getRuntime().availableProcessors());
  }

  private TaskData opened(TaskData opened) {
    try {
      Deployment.requireAxes(network.openAxes(), axes.lengths().keySet(), opened.search());
      return opened;
    } catch (UserException e) {
      opened.close();
      throw e;
    }
  }

  private static Task task(RunOptions options, Surroundings around) {
    if (options.model != null && options.data != null) {
      return Task.ofModel(options.model, options.data);
    }
    return TaskFile.read(options.task == null ? around.exampleTask() : options.task);
  }

  /**
   * The bound of the cache for preprocessed samples.
   *
   * @param heapBytes the most that the heap may take
   */
  static long cacheBytes(long heapBytes) {
    return Math.min(CACHE_BYTES, heapBytes / CACHE_SHARE);
  }

  private AccuracyEvaluator evaluator(int samples, long cacheBytes, double confidence) {
    return new AccuracyEvaluator(
        runtime,
        task.model(),
        task.metric(),
        new AccuracyEvaluator.Settings(samples, cacheBytes, confidence));
  }

  /**
   * Calibrates activation ranges and rounds the weights; needed before {@link #lowering}.
   *
   * @param executor spreads the rounding; not the caller's own
   * @param progress hears about each tensor whose range is chosen, then about each rounded layer
   */
  void calibrate(int threads, ExecutorService executor, FittingProgress progress) {
    Supplier<Iterable<Map<String, Tensor>>> batches = calibrationBatches();
    FittingSettings settings = fittingSettings();
    FittedRanges chosen = chooseRanges(threads, executor, part(progress, 0));
    ranges = chosen;
    Calibration calibration = chosen.calibration();
    RoundedNetwork fitted =
        roundings.get(
            network,
            RoundingCache.key(network, calibration, settings, batches.get()),
            () ->
                new NetworkRounding(network, runtime, calibration, settings, executor)
                    .round(batches, part(progress, 1)));
    rounded = fitted;
    lowering = new PlanLowering(network, calibration, fitted.library());
  }

  /** Pruned weights are on the menu only where the target's profile says that they pay. */
  private FittingSettings fittingSettings() {
    return FittingSettings.defaults()
        .withSparsity(target.sparsity().map(Sparsity::share).orElse(0.0));
  }

  /**
   * The deployable model of a plan whose weights are rounded for this very plan. The same bytes
   * each time.
   *
   * @param executor spreads the rounding; not the caller's own
   * @param progress hears about each rounded layer; what it throws ends the rounding
   */
  LoweredPlan loweredInContext(Plan plan, ExecutorService executor, FittingProgress progress) {
    Calibration calibration = fittedRanges().calibration();
    RoundedNetwork own =
        new NetworkRounding(network, runtime, calibration, fittingSettings(), executor)
            .roundFor(plan, calibrationBatches(), progress);
    return new PlanLowering(network, calibration, own.library()).lower(plan);
  }

  /**
   * The activation ranges that studies use, each chosen by the error it causes.
   *
   * @param executor spreads the work; not the caller's own
   * @param progress hears about each tensor
   */
  FittedRanges chooseRanges(int threads, ExecutorService executor, FittingProgress progress) {
    Supplier<Iterable<Map<String, Tensor>>> batches = calibrationBatches();
    Calibration observed =
        new Calibrator(runtime, threads)
            .run(network, batches.get(), RangeMethods.named(FIRST_RANGES));
    return roundings.ranges(
        observed,
        RoundingCache.key(network, observed, FittingSettings.defaults(), batches.get()),
        () -> new RangeFitting(network, runtime, executor).fit(observed, batches, progress));
  }

  /** Activation ranges from the first few samples: enough to see which kernels run. */
  Calibration calibration(int threads, int mostSamples) {
    int batches = Math.max(1, mostSamples / batch.scoring());
    List<Map<String, Tensor>> first = new ArrayList<>();
    Iterator<Map<String, Tensor>> all = calibrationBatches().get().iterator();
    while (all.hasNext() && first.size() < batches) {
      first.add(all.next());
    }
    return new Calibrator(runtime, threads).run(network, first, RangeMethods.named("min-max"));
  }

  /** The calibration samples, anew at each call. */
  Supplier<Iterable<Map<String, Tensor>>> calibrationBatches() {
    return () -> data.calibration().batches(batch.scoring(), batch.fixed());
  }

  /** The first or the second half of the progress. */
  private static FittingProgress part(FittingProgress whole, int half) {
    return (done, total, name) -> whole.done(half * total + done, 2 * total, name);
  }

  /** Inputs of one inference at the deployment batch. */
  Map<String, Tensor> deploymentInputs() {
    return data.search().deployment(batch.deployment(), axes.tokens());
  }

  OrtRuntime runtime() {
    return runtime;
  }

  HostFacts host() {
    return host;
  }

  Task task() {
    return task;
  }

  Target target() {
    return target;
  }

  Network network() {
    return network;
  }

  TaskData data() {
    return data;
  }

  /** Scores plans whose answers do not depend on the batch. */
  AccuracyEvaluator evaluator() {
    return evaluator;
  }

  /** Scores plans with dynamic ranges, whose answers depend on their batch mates. */
  AccuracyEvaluator deploymentEvaluator() {
    return deploymentEvaluator;
  }

  /** Samples of one timed inference. */
  int deploymentBatch() {
    return batch.deployment();
  }

  int threads() {
    return threads;
  }

  /** Lengths of the model's named axes when it is timed. */
  DeploymentAxes axes() {
    return axes;
  }

  /** How the range of each activation was chosen. */
  FittedRanges fittedRanges() {
    return ready(ranges);
  }

  /** How each layer was rounded at each width. */
  RoundingReport roundingReport() {
    return ready(rounded).report();
  }

  PlanLowering lowering() {
    return ready(lowering);
  }

  private static <T> T ready(@Nullable T value) {
    if (value == null) {
      throw new IllegalStateException("calibrate() comes first");
    }
    return value;
  }

  @Override
  public void close() {
    data.close();
  }
}
