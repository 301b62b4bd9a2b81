package dev.mixtune.cli;

import dev.mixtune.engine.PairedScore;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.lowering.PlanLowering;
import dev.mixtune.evaluators.SampleSet;
import dev.mixtune.evaluators.Sensitivity;
import dev.mixtune.evaluators.SensitivityFile;
import dev.mixtune.hardware.ProfileTarget;
import dev.mixtune.hardware.TimerSettings;
import dev.mixtune.results.Frontier;
import dev.mixtune.results.RunFacts;
import dev.mixtune.results.SplitIndices;
import dev.mixtune.results.StudyFolder;
import dev.mixtune.results.StudyStore;
import dev.mixtune.search.GeneticSearch;
import dev.mixtune.search.Menu;
import dev.mixtune.search.Progress;
import dev.mixtune.search.ReferencePoint;
import dev.mixtune.search.SearchResult;
import dev.mixtune.search.SearchSettings;
import dev.mixtune.search.SearchSpace;
import dev.mixtune.search.UniformPlans;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One study from its options to its files. */
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
  private final Interrupts interrupts;
  private final long startMillis;

  StudyRun(
      RunOptions options,
      StudyFolder folder,
      Surroundings around,
      Console console,
      Interrupts interrupts) {
    this.options = options;
    this.folder = folder;
    this.around = around;
    this.console = console;
    this.interrupts = interrupts;
    this.startMillis = around.clock().millis();
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
    try (Workbench bench = Workbench.open(options, around);
        StudyStore store =
            StudyStore.open(folder.studyDb(), Identity.of(options, bench), around.clock())) {
      StudyMemory memory = new StudyMemory(store);
      memory.rememberArguments(arguments);
      introduce(bench);
      bench.calibrate(count);
      try (LatencySource latencies = latencies(bench, memory)) {
        return new Phases(bench, store, memory, latencies, workers).run();
      }
    } finally {
      workers.shutdownNow();
    }
  }

  private void introduce(Workbench bench) {
    long macs = bench.network().layers().stream().mapToLong(layer -> layer.macs()).sum();
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
    console.say(bench.target().sentence());
    bench.host().warning().ifPresent(console::say);
    LOG.info("study in {} on {}", folder.root(), bench.host().summary());
  }

  private LatencySource latencies(Workbench bench, StudyMemory memory) {
    if (bench.target() instanceof ProfileTarget profile) {
      Plan untouched = Plan.uniform(bench.network().layers().size(), Scheme.F32);
      return new ProfileLatency(profile, bench.lowering().lower(untouched));
    }
    HostLatency host =
        new HostLatency(
            bench.runtime(),
            bench.task().model(),
            bench.deploymentInputs(),
            bench.threads(),
            SEARCH_TIMING,
            memory.floatMillis().orElse(Double.NaN));
    memory.rememberFloatMillis(host.floatMillis());
    return host;
  }

  /** The phases of a study, over what they share. */
  private final class Phases {
    private final Workbench bench;
    private final StudyStore store;
    private final StudyMemory memory;
    private final LatencySource latencies;
    private final ExecutorService workers;
    private final Deadline deadline;
    private final MenuBuilder menus;
    private final StudyFiles files = new StudyFiles(folder);

    Phases(
        Workbench bench,
        StudyStore store,
        StudyMemory memory,
        LatencySource latencies,
        ExecutorService workers) {
      this.bench = bench;
      this.store = store;
      this.memory = memory;
      this.latencies = latencies;
      this.workers = workers;
      this.menus = new MenuBuilder(bench, options);
      this.deadline =
          new Deadline(
              around.clock(),
              startMillis - memory.elapsed().toMillis(),
              budget(),
              interrupts.requested());
    }

    private @org.jspecify.annotations.Nullable Duration budget() {
      Optional<Duration> asked = options.budgetTime();
      boolean example = options.task == null && options.model == null;
      if (asked.isEmpty() && example && options.maxEvaluations == null) {
        console.say(
            "The bundled example is searched for at most "
                + Console.text(EXAMPLE_BUDGET)
                + "; --budget changes that.");
        return EXAMPLE_BUDGET;
      }
      return asked.orElse(null);
    }

    int run() {
      new SplitIndices(bench.data().splits().search(), bench.data().splits().holdout())
          .write(folder.splitsJson());
      double reference = bench.evaluator().reference(bench.data().search());
      console.say(
          String.format(
              Locale.ROOT,
              "float: %.2f %% on the search split, %.3f ms",
              100 * reference,
              latencies.floatMillis()));
      Sensitivity sensitivity = sensitivity();
      ReferencePoint corner = corner(reference);
      SearchResult search = search(sensitivity, corner);
      memory.rememberElapsed(deadline.elapsed());
      console.say(
          String.format(
              Locale.ROOT,
              "search: %d candidates, %d on the frontier, ended by %s",
              search.evaluations().size(),
              search.frontier().size(),
              search.ending().toString().toLowerCase(Locale.ROOT).replace('_', ' ')));
      Holdout holdout = new Holdout(bench, store, workers, options.workerCount());
      Finding finding =
          new Verdict(options, holdout, reference).find(search, deadline.isInterrupted());
      publish(withUniforms(finding, holdout), sensitivity, corner);
      return finding.exitCode();
    }

    private Sensitivity sensitivity() {
      Optional<String> stored = store.document(StudyMemory.SENSITIVITY);
      List<Sensitivity.Entry> known =
          stored.map(json -> SensitivityFile.read(json).entries()).orElse(List.of());
      Sensitivity measured =
          new SensitivityStep(bench, workers, console, around.clock())
              .measure(menus, options.seed, known, deadline::requested);
      store.putDocument(StudyMemory.SENSITIVITY, SensitivityFile.write(measured));
      files.writeSensitivity(measured, SensitivityStep.names(bench));
      return measured;
    }

    private ReferencePoint corner(double reference) {
      double limit = options.limit().map(drop -> drop.absolute(reference)).orElse(0.02);
      return new ReferencePoint(Math.min(1, 5 * limit), 1, bench.network().fileBytes());
    }

    private SearchResult search(Sensitivity sensitivity, ReferencePoint corner) {
      int layers = bench.network().layers().size();
      Candidates candidates = new Candidates(bench, store, latencies, workers, deadline);
      List<Menu> offered = costed(menus.menus(sensitivity), layers, candidates);
      SearchSpace space = SearchSpace.of(layers, offered);
      LOG.info("{} plans; struck out: {}", space.combinations(), space.struck());
      SearchSettings settings =
          SearchSettings.standard(options.seed, corner).withObjectives(options.objectiveSet());
      Optional<Integer> most = options.evaluationLimit();
      if (most.isPresent()) {
        settings = settings.withMaxEvaluations(most.get());
      }
      return new GeneticSearch(
              space, settings, List.of(), candidates, deadline, progress -> show(progress, most))
          .run();
    }

    /** Latency that one layer's change costs, in the context of the widest integer plan. */
    private List<Menu> costed(List<Menu> offered, int layers, Candidates candidates) {
      Plan base =
          UniformPlans.of(SearchSpace.of(layers, offered))
              .getOrDefault(8, Plan.uniform(layers, Scheme.F32));
      List<Menu> costed = new ArrayList<>();
      for (Menu menu : offered) {
        if (deadline.requested()) {
          return offered;
        }
        costed.add(
            menu.costed(plan -> candidates.latency(bench.lowering().lower(plan)).millis(), base));
        console.progress("kernels", (double) costed.size() / offered.size(), null, menu.group());
      }
      return costed;
    }

    private void show(Progress progress, Optional<Integer> most) {
      memory.rememberElapsed(deadline.elapsed());
      double byCount = most.isPresent() ? (double) progress.evaluations() / most.get() : 0;
      double fraction = Math.min(0.99, Math.max(byCount, deadline.fraction()));
      Duration left =
          fraction <= 0.01
              ? deadline.left().orElse(null)
              : Duration.ofMillis(
                  (long) (deadline.elapsed().toMillis() / fraction * (1 - fraction)));
      console.progress(
          "search",
          fraction,
          deadline.left().isPresent() || most.isPresent() ? left : null,
          String.format(
              Locale.ROOT,
              "%d candidates, %d on the frontier, hypervolume %.4f",
              progress.evaluations(),
              progress.frontierSize(),
              progress.hypervolume()));
    }

    /** Uniform plans are what a reviewer compares with: they get a holdout score too. */
    private Finding withUniforms(Finding finding, Holdout holdout) {
      if (deadline.isInterrupted()) {
        return finding;
      }
      Map<String, PairedScore> scores = new LinkedHashMap<>(finding.holdout());
      List<Plan> plans =
          finding.search().evaluations().stream()
              .filter(e -> !e.isFailed())
              .map(e -> e.plan())
              .filter(finding.search().uniforms().values()::contains)
              .toList();
      for (Plan plan : plans) {
        if (holdout.score(plan, plans) instanceof dev.mixtune.evaluators.Outcome.Scored scored) {
          scores.put(plan.id(), scored.score());
        }
      }
      return new Finding(
          finding.search(),
          finding.certificate(),
          finding.chosen(),
          scores,
          finding.exitCode(),
          finding.message());
    }

    private void publish(Finding finding, Sensitivity sensitivity, ReferencePoint corner) {
      Plan plan = finding.chosen().plan();
      PairedScore held = finding.holdout().get(plan.id());
      SampleSet samples = held == null ? bench.data().search() : bench.data().holdout();
      PairedScore expected = held == null ? Choice.score(finding.chosen()) : held;
      ChosenFile.Written written =
          new ChosenFile(bench, latencies).write(plan, folder.chosenOnnx(), samples, expected);
      Frontier frontier =
          new FrontierAssembler(bench, options, latencies).assemble(finding, corner);
      files.writeFrontier(frontier, written);
      RunFacts run = facts(finding, written);
      run.write(folder.runJson());
      files.writePictures(
          frontier, finding.search().evaluations(), SensitivityStep.map(sensitivity), run);
      new Summary(console).print(frontier, finding, written, folder);
    }

    private RunFacts facts(Finding finding, ChosenFile.Written written) {
      Map<String, String> settings = new LinkedHashMap<>();
      settings.put("target", options.target);
      settings.put("max drop", Objects.requireNonNullElse(options.maxDrop, "none"));
      settings.put("budget", deadline.left().isPresent() ? "given" : "none");
      settings.put("workers", Integer.toString(options.workerCount()));
      settings.put("threads per inference", Integer.toString(bench.threads()));
      settings.put("range method", "mse");
      settings.put("rounding method", "mse");
      Map<String, String> versions = new LinkedHashMap<>();
      versions.put("mixtune", Identity.version());
      versions.put("runtime", bench.runtime().version());
      versions.put("lowering", Integer.toString(PlanLowering.VERSION));
      versions.put("java", System.getProperty("java.version", "?"));
      List<String> notes = new ArrayList<>();
      notes.add(finding.message());
      notes.add(
          String.format(
              Locale.ROOT,
              "The chosen file was read back from disk: %d bytes, %.3f of the float model's time"
                  + " (%.3f ms).",
              written.sizeBytes(),
              written.latency().ratio(),
              written.latency().millis()));
      bench.host().warning().ifPresent(notes::add);
      return new RunFacts(
          String.join(" ", memory.arguments()),
          Instant.ofEpochMilli(startMillis).toString(),
          around.clock().instant().toString(),
          deadline.elapsed().toMillis() / 1000.0,
          finding.search().ending().toString().toLowerCase(Locale.ROOT).replace('_', ' '),
          settings,
          versions,
          Map.of("machine", bench.host().summary()),
          notes);
    }
  }
}
