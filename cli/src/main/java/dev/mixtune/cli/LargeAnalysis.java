package dev.mixtune.cli;

import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.UserException;
import dev.mixtune.engine.graph.MappedModel;
import dev.mixtune.engine.graph.NetworkReader;
import dev.mixtune.engine.lowering.MappedPlans;
import dev.mixtune.engine.rounding.RoundingMethods;
import dev.mixtune.engine.runtime.OrtRuntime;
import dev.mixtune.engine.runtime.RuntimeFailure;
import dev.mixtune.engine.runtime.Session;
import dev.mixtune.evaluators.AccuracyEvaluator;
import dev.mixtune.evaluators.SampleSet;
import dev.mixtune.evaluators.Sensitivity;
import dev.mixtune.evaluators.SensitivityAnalyser;
import dev.mixtune.evaluators.SensitivityFile;
import dev.mixtune.evaluators.SensitivityTable;
import dev.mixtune.evaluators.Task;
import dev.mixtune.evaluators.TaskData;
import dev.mixtune.results.AtomicFile;
import dev.mixtune.results.StudyFolder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * {@code tune analyze} for a model that is too large to be searched: what the rounded weights of
 * one layer at a time do to the answers, with the model run from where it lies.
 */
final class LargeAnalysis {
  /** Each run reads all of the weights: fewer than a smaller model is analysed on. */
  private static final int SAMPLES = 128;

  private static final int TEXTS = 32;

  /** In the order in which they are measured. */
  private static final List<Scheme> STORED = List.of(Scheme.W8, Scheme.W4, Scheme.W2);

  private static final long SAVE_MILLIS = 5_000;

  private final Surroundings around;

  LargeAnalysis(Surroundings around) {
    this.around = around;
  }

  int run(RunOptions options, Task task) {
    if (options.sensitivityMethod() != SensitivityMethod.KL) {
      throw new UserException(
          "--sensitivity '" + options.sensitivity + "' needs a model of at most 1 GiB",
          "Leave it out: the divergence of the answers is measured.");
    }
    Run run = new Run(options, task);
    ExecutorService workers = Executors.newFixedThreadPool(options.workerCount());
    try {
      return run.go(workers);
    } finally {
      workers.shutdownNow();
    }
  }

  private final class Run {
    private final RunOptions options;
    private final Task task;
    private final Console console;
    private final BooleanSupplier stop;
    private final long started = around.clock().millis();
    private final List<Sensitivity.Entry> entries = new ArrayList<>();
    private long saved = started;
    private int total;

    Run(RunOptions options, Task task) {
      this.options = options;
      this.task = task;
      this.console = new Console(around.out(), options.style(around.terminal()), around.clock());
      long end = options.budgetTime().map(Duration::toMillis).orElse(Long.MAX_VALUE - started);
      this.stop = () -> around.interrupted().get() || around.clock().millis() - started >= end;
    }

    int go(ExecutorService workers) {
      OrtRuntime runtime = OrtRuntime.start(around.cache());
      MappedModel model = new NetworkReader(runtime).mapped(task.model(), task.latency().axes());
      List<Layer> layers = requireLayers(model);
      Function<Layer, List<Scheme>> offered = offered(layers);
      MappedPlans plans =
          new MappedPlans(model, RoundingMethods.named("mse"), options.workerCount(), workers);
      Plan untouched = Plan.uniform(layers.size(), Scheme.F32);
      RunBatch batch;
      TaskData data;
      try (Session session = plans.open(untouched)) {
        batch =
            RunBatch.of(
                session.inputs().get(0).shape(),
                task.latency().batch(),
                task.text().isPresent(),
                layers);
        data = TaskData.open(task, session, options.seed, around.cache());
      } catch (RuntimeFailure e) {
        throw new UserException(
            "'"
                + task.model()
                + "' does not run with its weights where they lie: "
                + e.getMessage(),
            "./tune doctor lists its layers and what rounding does to their weights.",
            e);
      }
      try (data) {
        StudyFolder folder = folder();
        folder.create();
        console.say(introduction(model));
        int most = task.text().isPresent() ? TEXTS : SAMPLES;
        SampleSet samples = data.search().subset(most, new Random(options.seed));
        AccuracyEvaluator evaluator =
            new AccuracyEvaluator(
                runtime,
                () -> open(plans, untouched),
                task.metric(),
                new AccuracyEvaluator.Settings(
                    batch.scoring(),
                    Workbench.cacheBytes(Runtime.getRuntime().maxMemory()),
                    options.confidenceFraction()));
        Sensitivity measured =
            measure(evaluator, samples, layers, offered, plan -> open(plans, plan), folder);
        return written(measured, layers, folder);
      }
    }

    private Session open(MappedPlans plans, Plan plan) {
      return new StoppableSession(plans.open(plan), stop);
    }

    private List<Layer> requireLayers(MappedModel model) {
      List<Layer> layers = model.facts().layers();
      if (layers.isEmpty()) {
        throw new UserException(
            "'" + task.model() + "' has no layer whose weights could be rounded",
            "./tune doctor says why its operators stay as they are.");
      }
      return layers;
    }

    private Function<Layer, List<Scheme>> offered(List<Layer> layers) {
      WidthRules rules = new WidthRules(options, layers);
      Function<Layer, List<Scheme>> offered =
          layer ->
              STORED.stream()
                  .filter(scheme -> rules.of(layer).contains(scheme.weightBits()))
                  .toList();
      if (layers.stream().allMatch(layer -> offered.apply(layer).isEmpty())) {
        throw new UserException(
            "--bits, --keep and --exclude leave no layer 8, 4 or 2 bits",
            "A model above 1 GiB is analysed at these widths: allow one of them.");
      }
      return offered;
    }

    private StudyFolder folder() {
      return options.out == null
          ? StudyCommands.freeFolder(task.name(), "analysis")
          : new StudyFolder(options.out);
    }

    private String introduction(MappedModel model) {
      return String.format(
          Locale.ROOT,
          "%s has %.2f GB, external data included: more than 1 GiB, so it is analysed and not"
              + " searched.%nMeasured are weights alone: one layer's at a time, rounded to one scale"
              + " per output channel%nof least squared error and not fitted to samples; activations"
              + " and all other layers stay float.",
          model.facts().file(),
          model.facts().fileBytes() / 1e9);
    }

    private Sensitivity measure(
        AccuracyEvaluator evaluator,
        SampleSet samples,
        List<Layer> layers,
        Function<Layer, List<Scheme>> offered,
        Function<Plan, Session> opening,
        StudyFolder folder) {
      try {
        // One after the other: two would hold two rounded copies, and read the files in turn.
        return new SensitivityAnalyser(evaluator, samples, Runnable::run)
            .analyseOpened(
                layers,
                offered,
                opening,
                List.of(),
                stop,
                (entry, done, all) -> {
                  entries.add(entry);
                  total = all;
                  show(entry, done);
                  save(samples.size(), folder);
                });
      } catch (CancellationException e) { // The runs of one layer were left before their end.
        return partial(samples.size());
      }
    }

    private void show(Sensitivity.Entry entry, int done) {
      double elapsed = around.clock().millis() - started;
      Duration left = Duration.ofMillis((long) (elapsed / done * (total - done)));
      console.progress(
          "sensitivity",
          (double) done / total,
          left,
          entry.layerName() + " " + entry.scheme().weightBits() + " bits");
    }

    /** A large model takes hours: what is measured is never far from the disk. */
    private void save(int samples, StudyFolder folder) {
      long now = around.clock().millis();
      if (now - saved >= SAVE_MILLIS) {
        saved = now;
        AtomicFile.write(folder.sensitivityJson(), SensitivityFile.write(partial(samples)));
      }
    }

    private Sensitivity partial(int samples) {
      return new Sensitivity(
          task.metric().id(),
          samples,
          options.confidenceFraction(),
          /* complete= */ false,
          entries);
    }

    private int written(Sensitivity measured, List<Layer> layers, StudyFolder folder) {
      if (measured.entries().isEmpty()) {
        if (around.interrupted().get()) {
          throw new CancellationException("stopped by the user before a layer was measured");
        }
        throw new UserException(
            options.budget == null
                ? "no group of layers that share a weight may take 8, 4 or 2 bits in all of them"
                : "--budget '" + options.budget + "' ended before a layer was measured",
            options.budget == null ? "Change --bits, --keep or --exclude." : "Allow more time.");
      }
      new StudyFiles(folder).writeSensitivity(measured, layers.stream().map(Layer::name).toList());
      console.say(SensitivityTable.of(measured));
      if (!measured.complete()) {
        console.say(
            "Stopped "
                + Optional.ofNullable(options.budget)
                    .filter(budget -> !around.interrupted().get())
                    .map(budget -> "by --budget " + budget)
                    .orElse("by the user")
                + ": the table holds what was measured until then.");
      }
      console.say("Written: " + folder.sensitivityJson());
      return around.interrupted().get() ? ExitCodes.STOPPED : ExitCodes.DONE;
    }
  }
}
