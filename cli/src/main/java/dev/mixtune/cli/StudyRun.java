package dev.mixtune.cli;

import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.UserException;
import dev.mixtune.engine.fitting.FittingProgress;
import dev.mixtune.evaluators.SampleSet;
import dev.mixtune.hardware.EnergyModel;
import dev.mixtune.hardware.ProfileTarget;
import dev.mixtune.hardware.Target;
import dev.mixtune.hardware.TimerSettings;
import dev.mixtune.results.StudyFolder;
import dev.mixtune.results.StudyStore;
import dev.mixtune.search.Objective;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens what a study needs, in an order in which wrong input leaves nothing behind. */
final class StudyRun {
  private static final Logger LOG = LoggerFactory.getLogger(StudyRun.class);
  private static final Duration EXAMPLE_BUDGET = Duration.ofSeconds(150);

  /** During the search a signature is timed once, briefly: many differ, few matter. */
  private static final TimerSettings SEARCH_TIMING =
      new TimerSettings(0.01, 0.95, 300_000_000L, 5, 20, 0.05, 2);

  private final RunOptions options;
  private final StudyFolder folder;
  private final Surroundings around;
  private final Console console;

  StudyRun(RunOptions options, StudyFolder folder, Surroundings around, Console console) {
    this.options = options;
    this.folder = folder;
    this.around = around;
    this.console = console;
  }

  /**
   * Runs the study, or goes on with it.
   *
   * @param arguments the command line that {@code resume} repeats
   * @return the exit code
   */
  int run(List<String> arguments) {
    int count = options.workerCount();
    ExecutorService workers = Executors.newFixedThreadPool(count);
    ProgressFile progress = null;
    try (Workbench bench = Workbench.contained(options, around)) {
      requireEnergy(bench.target());
      MenuBuilder menus = new MenuBuilder(bench, options);
      menus.judgeBy(SensitivityMethod.damages(options, bench, around));
      // Gradients, and what is built for them the first time, are not taken from the budget.
      long startMillis = around.clock().millis();
      List<SampleSet> robustness = bench.data().openRobustness();
      List<Plan> begin = Files.exists(folder.studyDb()) ? null : warmStart(bench);
      try (StudyStore store = store(bench)) {
        StudyMemory memory = new StudyMemory(store);
        memory.rememberArguments(arguments);
        memory.rememberStarted(Instant.ofEpochMilli(startMillis));
        if (memory.warmStart().isEmpty()) {
          memory.rememberWarmStart(begin == null ? warmStart(bench) : begin);
        }
        introduce(bench);
        Deadline deadline =
            new Deadline(
                around.clock(),
                startMillis - memory.elapsed().toMillis(),
                budget(),
                around.interrupted());
        progress = new ProgressFile(folder.progressJson(), around.clock(), startMillis);
        console.watch(progress);
        Outlook outlook = new Outlook(deadline);
        console.expect(outlook::left);
        new TimelyRounding(bench, memory, deadline, console)
            .run(
                count,
                workers,
                menus,
                () -> memory.implementations(() -> compare(bench, menus, around)));
        new StudyFiles(folder).writeRounding(bench.prepared());
        try (LatencySource latencies = latencies(bench, options, memory)) {
          StudyContext context =
              new StudyContext(
                  options,
                  folder,
                  console,
                  around,
                  bench,
                  menus,
                  store,
                  memory,
                  latencies,
                  deadline,
                  outlook,
                  workers,
                  memory.warmStart().orElse(List.of()),
                  robustness,
                  new SearchMeter(count, bench::workerProcessorNanos));
          int exitCode = new StudyPhases(context).run();
          progress.ended(exitCode);
          return exitCode;
        }
      }
    } catch (CancellationException e) {
      if (!around.interrupted().get()) {
        throw e;
      }
      console.say(
          Files.exists(folder.studyDb())
              ? "Stopped by the user; all that was scored is saved, and ./tune resume goes on."
              : "Stopped by the user before the study began; the same command begins anew.");
      return ExitCodes.STOPPED;
    } finally {
      if (progress != null) {
        progress.close();
      }
      workers.shutdownNow();
    }
  }

  /** Says so before anything is computed when energy is to count and nothing models it. */
  private void requireEnergy(Target target) {
    if (!options.objectiveSet().contains(Objective.ENERGY)) {
      return;
    }
    if (!(target instanceof ProfileTarget profile)) {
      throw new UserException(
          "--objectives '" + options.objectives + "': nothing says what energy plans take on host",
          "Leave energy out, or take a target whose profile models it, such as pixel8.");
    }
    new EnergyModel(profile.profile());
  }

  /** Compares the implementations of each width, before their weights are fitted. */
  static Implementations compare(Workbench bench, MenuBuilder menus, Surroundings around) {
    Preparation.Ranged known = bench.ranged();
    return new Autotuning(
            bench, known.network(), menus::all, known::lowering, Autotuning.times(bench, around))
        .compare();
  }

  private List<Plan> warmStart(Workbench bench) {
    return options.warmStart == null
        ? List.of()
        : WarmStart.read(options.warmStart, bench.network());
  }

  private StudyStore store(Workbench bench) {
    folder.create();
    LogFile.open(folder.tuneLog());
    return StudyStore.open(folder.studyDb(), Identity.of(options, bench), around.clock());
  }

  private void introduce(Workbench bench) {
    long macs = bench.network().layers().stream().mapToLong(Layer::macs).sum();
    console.say(
        String.format(
            Locale.ROOT,
            "%s: %d layers, %.1f M multiply-accumulates, %d kB; %d samples to search, %d held out",
            bench.task().name(),
            bench.network().layers().size(),
            macs / 1e6,
            bench.network().fileBytes() / 1000,
            bench.data().search().size(),
            bench.data().holdout().size()));
    bench.axes().sentence().ifPresent(words -> console.say("Timed with " + words + "."));
    console.say(bench.target().sentence());
    bench.host().warning().ifPresent(console::say);
    LOG.info("study in {} on {}", folder.root(), bench.host().summary());
  }

  /** Shows how the rounding gets on. */
  static FittingProgress rounding(Console console) {
    return (done, total, layer) -> console.progress("rounding", (double) done / total, null, layer);
  }

  private @Nullable Duration budget() {
    boolean example = options.task == null && options.model == null;
    if (options.budget == null && example && options.maxEvaluations == null) {
      console.say(
          "The bundled example takes at most "
              + Console.text(EXAMPLE_BUDGET)
              + "; --budget changes that.");
      return EXAMPLE_BUDGET;
    }
    return options.budgetTime().orElse(null);
  }

  /** Times as this study does, or predicts; to be closed by the caller. */
  static LatencySource latencies(Workbench bench, RunOptions options, StudyMemory memory) {
    if (bench.target() instanceof ProfileTarget profile) {
      Plan untouched = Plan.uniform(bench.network().layers().size(), Scheme.F32);
      return new ProfileLatency(
          profile,
          bench.lowering().lower(untouched),
          options.objectiveSet().contains(Objective.ENERGY));
    }
    HostLatency host =
        new HostLatency(
            bench.timed(),
            bench.task().model(),
            bench.deploymentInputs(),
            bench.threads(),
            SEARCH_TIMING,
            bench.timing(),
            memory.floatMillis().orElse(Double.NaN));
    memory.rememberFloatMillis(host.floatMillis());
    return host;
  }
}
