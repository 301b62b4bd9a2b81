package dev.mixtune.cli;

import dev.mixtune.cli.worker.TimeLimits;
import dev.mixtune.cli.worker.WorkerLauncher;
import dev.mixtune.cli.worker.WorkerRuntime;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.UserException;
import dev.mixtune.engine.calibration.Calibration;
import dev.mixtune.engine.fitting.FittedRanges;
import dev.mixtune.engine.fitting.FittingProgress;
import dev.mixtune.engine.fitting.FittingSettings;
import dev.mixtune.engine.fitting.RoundingCache;
import dev.mixtune.engine.graph.Network;
import dev.mixtune.engine.graph.NetworkReader;
import dev.mixtune.engine.lowering.LoweredPlan;
import dev.mixtune.engine.lowering.PlanLowering;
import dev.mixtune.engine.runtime.OrtRuntime;
import dev.mixtune.engine.runtime.OwnedFiles;
import dev.mixtune.engine.runtime.Session;
import dev.mixtune.evaluators.AccuracyEvaluator;
import dev.mixtune.evaluators.Task;
import dev.mixtune.evaluators.TaskData;
import dev.mixtune.evaluators.TaskFile;
import dev.mixtune.hardware.HostFacts;
import dev.mixtune.hardware.Sparsity;
import dev.mixtune.hardware.Target;
import dev.mixtune.hardware.Targets;
import dev.mixtune.hardware.TimingLock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Everything that is ready before the first candidate: task, network, data, rounded weights. */
final class Workbench implements AutoCloseable {
  /** How activation ranges are chosen. */
  static final String RANGE_METHOD = "the best method for each tensor by the error of the outputs";

  /** How weights are rounded. */
  static final String ROUNDING_METHOD =
      "fitted to calibration samples, the best method for each layer and width";

  /** How they are chosen where the budget is too short to fit anything. */
  static final String QUICK_RANGE_METHOD = "least squared error, the same method for each tensor";

  /** How weights are rounded there. */
  static final String QUICK_ROUNDING_METHOD =
      "to the nearest codes of the scale of least squared error, not fitted: the budget was short";

  /** Most memory for preprocessed samples, and most of the heap. */
  private static final long CACHE_BYTES = 512L << 20;

  private static final int CACHE_SHARE = 4;

  private static final Duration LOOK_AT_TURN = Duration.ofMillis(20);

  /** The samples at the deployment batch are needed by few plans: they get this part of it. */
  private static final int DEPLOYMENT_PART = 8;

  private final Surroundings around;
  private final OrtRuntime runtime;
  private final HostFacts host;
  private final Task task;
  private final Target target;
  private final Network network;
  private final TaskData data;
  private final @Nullable WorkerRuntime workers;
  private final MeteredRuntime meter;
  private final MeteredRuntime timed;
  private final AccuracyEvaluator evaluator;
  private final AccuracyEvaluator deploymentEvaluator;
  private final TimingLock timing;
  private final int threads;
  private final RunBatch batch;
  private final DeploymentAxes axes;
  private final Preparation preparation;
  private Preparation.@Nullable Ranged ranged;
  private Preparation.@Nullable Prepared prepared;
  private @Nullable PlanLowering lowering;

  private Workbench(RunOptions options, Surroundings around, boolean contained) {
    this.around = around;
    this.host = hostFacts();
    this.timing = timing(around);
    this.target = new Targets(host).find(options.target);
    this.task = task(options, around);
    this.threads = options.threads == null ? task.latency().threads() : options.threads;
    this.runtime = OrtRuntime.start(around.cache());
    this.axes = DeploymentAxes.of(task, runtime);
    this.network = new NetworkReader(runtime).read(task.model(), axes.lengths());
    try (Session floatModel = runtime.open(task.model(), 1)) {
      this.batch =
          RunBatch.of(
              floatModel.inputs().get(0).shape(),
              task.latency().batch(),
              task.text().isPresent(),
              network.layers());
      Deployment.requireProfiled(target, batch.deployment(), threads);
      this.data = opened(TaskData.open(task, floatModel, options.seed, around.cache()));
    }
    this.preparation =
        new Preparation(
            runtime,
            new RoundingCache(around.cache().resolve("rounding")),
            calibrationBatches(),
            FittingSettings.defaults()
                .withSparsity(target.sparsity().map(Sparsity::share).orElse(0.0)));
    double confidence = options.confidenceFraction();
    long cache = cacheBytes(Runtime.getRuntime().maxMemory());
    this.workers = contained ? workers(runtime, around) : null;
    this.meter = new MeteredRuntime(workers == null ? runtime : workers);
    this.timed = new MeteredRuntime(runtime);
    this.evaluator = evaluator(batch.scoring(), cache, confidence, /* inParts= */ true);
    // Texts run one by one in either; the float model need not answer them twice.
    this.deploymentEvaluator =
        task.text().isPresent()
            ? evaluator
            : evaluator(
                batch.deployment(),
                cache / DEPLOYMENT_PART,
                confidence,
                // Batch mates must stay the same, whatever order tells most.
                /* inParts= */ batch.deployment() == 1);
  }

  /**
   * Reads and checks the task, the model and the data.
   *
   * @throws UserException when something is wrong with them
   */
  static Workbench open(RunOptions options, Surroundings around) {
    return new Workbench(options, around, /* contained= */ false);
  }

  /**
   * As above, with models scored in worker processes, so that what the runtime does to its process
   * costs one candidate.
   */
  static Workbench contained(RunOptions options, Surroundings around) {
    return new Workbench(options, around, !options.inProcess);
  }

  private static WorkerRuntime workers(OrtRuntime here, Surroundings around) {
    String natives = around.cache().toAbsolutePath().toString();
    return new WorkerRuntime(
        here,
        new WorkerLauncher(List.of(), Main.class.getName(), List.of(natives)),
        TimeLimits.usual(),
        OwnedFiles.inTempFolder());
  }

  /**
   * Runs a model once on a deployment input where a crash does no harm, before it is timed here.
   *
   * @throws RuntimeFailure when it does not run
   */
  void probe(byte[] model) {
    try (Session session = meter.open(model, threads)) {
      session.run(deploymentInputs());
    }
  }

  /** Processor time of the worker processes so far. */
  long workerProcessorNanos() {
    return workers == null ? 0 : workers.processorTime().toNanos();
  }

  /** Processes that died under candidates so far. */
  int lostWorkers() {
    return workers == null ? 0 : workers.lostProcesses();
  }

  /** This machine's facts. */
  static HostFacts hostFacts() {
    return HostFacts.read(
        Path.of("/proc/cpuinfo"),
        System.getProperties(),
        Runtime.getRuntime().availableProcessors());
  }

  /** Says so when it has to wait, once for a whole command. */
  static TimingLock timing(Surroundings around) {
    AtomicBoolean said = new AtomicBoolean();
    return new TimingLock(
        around.timingTurn(),
        LOOK_AT_TURN,
        () -> {
          if (said.compareAndSet(false, true)) {
            around
                .err()
                .println(
                    "tune: another study is timing on this machine; this one waits for its turn"
                        + " whenever it times.");
          }
        },
        around.interrupted()::get);
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

  /**
   * The task that the options name.
   *
   * @throws UserException when there is none, or something is wrong with it
   */
  static Task task(RunOptions options, Surroundings around) {
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

  private AccuracyEvaluator evaluator(
      int samples, long cacheBytes, double confidence, boolean inParts) {
    return new AccuracyEvaluator(
        meter,
        task.model(),
        task.metric(),
        new AccuracyEvaluator.Settings(samples, cacheBytes, confidence, inParts));
  }

  /**
   * Prepares the network; needed before {@link #lowering}. Fits every implementation of each width
   * but the large blocks.
   *
   * @param executor spreads the work; not the caller's own
   * @param progress hears about each tensor whose range is chosen, then about each rounded layer
   */
  void calibrate(int threads, ExecutorService executor, FittingProgress progress) {
    fit(threads, executor, progress, () -> Preparation.withoutLargeBlocks(lowering()));
  }

  /**
   * Prepares the network for menus: only what they hold is fitted, which takes most of the time.
   *
   * @param depth how much is fitted
   * @param offered the schemes of each layer; asked once there are activation ranges. Until then
   *     {@link #lowering} has plainly rounded weights
   */
  void calibrate(
      RoundingDepth depth,
      int threads,
      ExecutorService executor,
      FittingProgress progress,
      Supplier<Function<Layer, Collection<Scheme>>> offered) {
    switch (depth) {
      case FITTED -> fit(threads, executor, progress, offered);
      case RANGES -> fitRanges(threads, executor, progress);
      case QUICK -> calibrateQuickly(threads);
    }
  }

  private void fit(
      int threads,
      ExecutorService executor,
      FittingProgress progress,
      Supplier<Function<Layer, Collection<Scheme>>> offered) {
    Preparation.Ranged known = preparation.range(network, threads, executor, progress);
    ranged = known;
    lowering = known.lowering();
    Preparation.Prepared ready = preparation.round(known, offered.get(), executor, progress);
    prepared = ready;
    lowering = ready.lowering();
  }

  private void fitRanges(int threads, ExecutorService executor, FittingProgress progress) {
    Preparation.Ranged known =
        ranged == null ? preparation.range(network, threads, executor, progress) : ranged;
    ranged = known;
    Preparation.Prepared ready = known.withPlainWeights();
    prepared = ready;
    lowering = ready.lowering();
  }

  /** Whether activation ranges are chosen. */
  boolean isRanged() {
    return ranged != null;
  }

  /** As {@link #calibrate} in a moment, without fitting anything to samples. */
  void calibrateQuickly(int threads) {
    Preparation.Prepared ready = preparation.prepareQuickly(network, threads);
    ranged = new Preparation.Ranged(ready.network(), ready.equalization(), ready.ranges());
    prepared = ready;
    lowering = ready.lowering();
  }

  /** The deployable model of a plan whose weights are rounded for this very plan. */
  LoweredPlan loweredInContext(Plan plan, ExecutorService executor, FittingProgress progress) {
    return preparation.inContext(prepared(), plan, executor, progress);
  }

  /** The activation ranges that studies use, each chosen by the error it causes. */
  FittedRanges chooseRanges(int threads, ExecutorService executor, FittingProgress progress) {
    return preparation.ranges(network, threads, executor, progress);
  }

  /** Activation ranges from the first few samples: enough to see which kernels run. */
  Calibration calibration(int threads, int mostSamples) {
    return preparation.glance(network, threads, Math.max(1, mostSamples / batch.scoring()));
  }

  /**
   * The calibration samples, anew at each call. Whatever reads them ends with a {@link
   * CancellationException} at the next batch once the user asks to stop.
   */
  Supplier<Iterable<Map<String, Tensor>>> calibrationBatches() {
    return () -> stoppable(data.calibration().batches(batch.scoring(), batch.fixed()));
  }

  private Iterable<Map<String, Tensor>> stoppable(Iterable<Map<String, Tensor>> batches) {
    return () -> {
      Iterator<Map<String, Tensor>> all = batches.iterator();
      return new Iterator<>() {
        @Override
        public boolean hasNext() {
          return all.hasNext();
        }

        @Override
        public Map<String, Tensor> next() {
          stopIfAsked();
          return all.next();
        }
      };
    };
  }

  /**
   * To be asked now and then by what takes long before the search.
   *
   * @throws CancellationException when the user asks to stop
   */
  void stopIfAsked() {
    if (around.interrupted().get()) {
      throw new CancellationException("stopped by the user");
    }
  }

  /** Inputs of one inference at the deployment batch. */
  Map<String, Tensor> deploymentInputs() {
    return data.search().deployment(batch.deployment(), axes.tokens());
  }

  /** To be held while anything is timed. */
  TimingLock timing() {
    return timing;
  }

  /** Runs what is scored, in worker processes where candidates run there. */
  MeteredRuntime meter() {
    return meter;
  }

  /** What sessions took so far: the evaluators', and those that plans were timed in. */
  MeteredRuntime.Reading sessions() {
    return meter.read().plus(timed.read());
  }

  /** Opens what is timed: in this process, where nothing stands between clock and kernels. */
  MeteredRuntime timed() {
    return timed;
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

  /** What is known of the network before its weights are fitted. */
  Preparation.Ranged ranged() {
    return ready(ranged);
  }

  /** How the network was made ready, and why so. */
  Preparation.Prepared prepared() {
    return ready(prepared);
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
    if (workers != null) {
      workers.close();
    }
    data.close();
  }
}
