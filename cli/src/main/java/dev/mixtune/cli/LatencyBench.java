package dev.mixtune.cli;

import dev.mixtune.engine.KernelUse;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.UserException;
import dev.mixtune.engine.calibration.Calibration;
import dev.mixtune.engine.lowering.LoweredPlan;
import dev.mixtune.engine.lowering.PlanLowering;
import dev.mixtune.engine.rounding.RoundingLibrary;
import dev.mixtune.engine.rounding.RoundingMethods;
import dev.mixtune.hardware.LatencyTrainer;
import dev.mixtune.hardware.PredictionError;
import dev.mixtune.hardware.ProfileTarget;
import dev.mixtune.hardware.Targets;
import dev.mixtune.hardware.TimerSettings;
import dev.mixtune.results.UnseenPlansPlot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * {@code tune bench latency}: how well the host's model predicts plans that it has not seen, beside
 * a sum over layers and beside the noise of timing one plan twice.
 */
final class LatencyBench {
  /** Ranges need not be good here: kernels do not depend on them. */
  private static final int CALIBRATED_SAMPLES = 16;

  private static final TimerSettings UNSEEN =
      new TimerSettings(0.005, 0.95, 300_000_000L, 3, 20, 0.05, 3);

  private static final long FIT_SEED = 1;
  private static final long UNSEEN_SEED = 2;
  private static final int TIMED_AGAIN = 40;

  private final Surroundings around;
  private final LatencyBenchOptions options;
  private final int plans;
  private @Nullable ProfileTarget profile;

  /**
   * @param plans unseen plans per network
   */
  LatencyBench(Surroundings around, LatencyBenchOptions options, int plans) {
    this.around = around;
    this.options = options;
    this.plans = plans;
  }

  /**
   * Runs it.
   *
   * @param tasks task files; the bundled example when there are none
   * @param out folder for the table, the plots and the figures; null for none
   */
  int run(List<Path> tasks, @Nullable Path out) {
    options.check(plans);
    profile = options.profile == null ? null : profile(options.profile);
    List<LatencyTrial> trials = new ArrayList<>();
    List<Path> wanted = tasks.isEmpty() ? List.of(around.exampleTask()) : tasks;
    for (Path task : wanted) {
      LatencyTrial trial = trial(task);
      trials.add(trial);
      around.out().println(trial.sentence());
      if (out != null) {
        write(out, trial);
      }
    }
    List<String> lines = new ArrayList<>(LatencyTrial.head());
    trials.forEach(trial -> lines.addAll(trial.rows()));
    lines.forEach(around.out()::println);
    if (out != null) {
      write(out.resolve("latency.md"), String.join("\n", lines) + "\n");
    }
    return ExitCodes.DONE;
  }

  private static ProfileTarget profile(String name) {
    if (new Targets(Workbench.hostFacts()).find(name) instanceof ProfileTarget target) {
      return target;
    }
    throw new UserException(
        "--profile " + name + " is no profile", "Name one, or the file of one, of this machine.");
  }

  private LatencyTrial trial(Path task) {
    RunOptions run = new RunOptions();
    run.task = task;
    run.maxDrop = "1%";
    try (Workbench bench = Workbench.open(run, around)) {
      Calibration glance = bench.calibration(bench.threads(), CALIBRATED_SAMPLES);
      RoundingLibrary library =
          new RoundingLibrary(
              bench.network(), RoundingMethods.named(RoundingMethods.all().get(0).name()));
      PlanLowering lowering = new PlanLowering(bench.network(), glance, library);
      MenuBuilder menus = new MenuBuilder(bench, run, () -> lowering);
      menus.take(
          new Autotuning(
                  bench,
                  bench.network(),
                  menus::all,
                  part -> new PlanLowering(part, glance, library),
                  Autotuning.times(bench, around))
              .compare());
      KernelChoices choices = KernelChoices.of(bench.network(), menus::offered);
      try (HostLatency host =
          new HostLatency(
              bench.runtime(),
              bench.task().model(),
              bench.deploymentInputs(),
              bench.threads(),
              UNSEEN,
              bench.timing(),
              Double.NaN)) {
        return new Trial(bench, lowering, choices, host).measure();
      }
    }
  }

  /** One network. */
  private final class Trial {
    private final Workbench bench;
    private final PlanLowering lowering;
    private final KernelChoices choices;
    private final HostLatency host;
    private final LatencyTrainer inContext = LatencyTrainer.inContext();
    private final LatencyTrainer additive = LatencyTrainer.additive();

    Trial(Workbench bench, PlanLowering lowering, KernelChoices choices, HostLatency host) {
      this.bench = bench;
      this.lowering = lowering;
      this.choices = choices;
      this.host = host;
    }

    LatencyTrial measure() {
      Map<String, Plan> unseen = drawn();
      double fitSeconds = fit(unseen.keySet());
      LatencyTrial.requireFitted(bench.task().name(), inContext.plans());
      List<LatencyTrial.Timed> timed = new ArrayList<>();
      List<Double> first = new ArrayList<>();
      List<Double> again = new ArrayList<>();
      for (Plan plan : unseen.values()) {
        timed.add(timed(plan));
      }
      for (LatencyTrial.Timed plan : timed.subList(0, Math.min(TIMED_AGAIN, timed.size()))) {
        first.add(plan.ratio());
        again.add(timed(Plan.parse(plan.plan())).ratio());
      }
      return new LatencyTrial(
          bench.task().name(),
          bench.network().layers().size(),
          host.floatMillis(),
          inContext.plans(),
          fitSeconds,
          LatencyTrial.predictions(inContext, additive, timed),
          inContext.model().orElseThrow().error(),
          PredictionError.of(array(first), array(again)),
          profile == null ? null : ProfileTrial.of(profile, floatKernels(), timed));
    }

    private List<KernelUse> floatKernels() {
      return lowering.lower(Plan.uniform(bench.network().layers().size(), Scheme.F32)).kernels();
    }

    private Map<String, Plan> drawn() {
      Map<String, Plan> unseen =
          UnseenPlans.drawn(choices, plans, this::signature, new Random(UNSEEN_SEED));
      if (unseen.isEmpty()) {
        throw new UserException(
            "'" + bench.task().name() + "' has too few mixes of kernels to set plans aside",
            "Take a network with more layers.");
      }
      return unseen;
    }

    private String signature(Plan plan) {
      return lowering.lower(plan).kernelSignature();
    }

    /** Seconds that it took, without those in which others were timing. */
    private double fit(Set<String> unseen) {
      long start = System.nanoTime();
      Duration before = bench.timing().waited();
      LongSupplier spent =
          () -> System.nanoTime() - start - bench.timing().waited().minus(before).toNanos();
      new DesignedRuns(choices, FIT_SEED)
          .run(
              host.predictions(),
              new DesignedRuns.Stopwatch() {
                @Override
                public LoweredPlan lowered(Plan plan) {
                  return lowering.lower(plan);
                }

                @Override
                public void time(LoweredPlan lowered) {
                  double ratio = host.latency(lowered, DesignedRuns.TIMING).ratio();
                  inContext.add(lowered.kernels(), ratio);
                  additive.add(lowered.kernels(), ratio);
                }
              },
              /* wanted= */ 0,
              Integer.MAX_VALUE,
              unseen::contains,
              () -> spent.getAsLong() > options.fit().toNanos());
      return spent.getAsLong() / 1e9;
    }

    private LatencyTrial.Timed timed(Plan plan) {
      LoweredPlan lowered = lowering.lower(plan);
      return new LatencyTrial.Timed(plan.key(), lowered.kernels(), host.latency(lowered).ratio());
    }
  }

  private static double[] array(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static void write(Path folder, LatencyTrial trial) {
    ProfileTrial profiled = trial.profile();
    StringBuilder csv =
        new StringBuilder(
            "plan,measured,predicted,additive" + (profiled == null ? "" : ",profile") + "\n");
    Iterator<Double> ratios =
        profiled == null ? Collections.emptyIterator() : profiled.ratios().iterator();
    List<UnseenPlansPlot.Point> points = new ArrayList<>();
    for (LatencyTrial.Unseen plan : trial.unseen()) {
      csv.append(
          String.format(
              Locale.ROOT,
              "%s,%.5f,%.5f,%.5f%s%n",
              plan.plan(),
              plan.measured(),
              plan.predicted(),
              plan.additive(),
              ratios.hasNext() ? String.format(Locale.ROOT, ",%.5f", ratios.next()) : ""));
      points.add(new UnseenPlansPlot.Point(plan.measured(), plan.predicted(), plan.additive()));
    }
    write(folder.resolve(trial.network() + ".csv"), csv.toString());
    UnseenPlansPlot plot =
        new UnseenPlansPlot(
            trial.network() + ": predicted against measured latency",
            trial.inContext().words(),
            points);
    writeBytes(folder.resolve(trial.network() + ".svg"), plot.svg());
  }

  private static void write(Path file, String text) {
    writeBytes(file, text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  private static void writeBytes(Path file, byte[] bytes) {
    try {
      Files.createDirectories(Objects.requireNonNull(file.toAbsolutePath().getParent()));
      Files.write(file, bytes);
    } catch (IOException e) {
      throw new UserException(
          "cannot write '" + file + "': " + e, "Name another folder with --out", e);
    }
  }
}
