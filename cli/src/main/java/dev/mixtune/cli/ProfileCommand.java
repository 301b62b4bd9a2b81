package dev.mixtune.cli;

import dev.mixtune.engine.runtime.OrtRuntime;
import dev.mixtune.hardware.HostFacts;
import dev.mixtune.hardware.Profile;
import dev.mixtune.hardware.ProfileRules;
import dev.mixtune.hardware.ProfileWriter;
import dev.mixtune.hardware.TimerSettings;
import dev.mixtune.hardware.TimingLock;
import dev.mixtune.hardware.profiler.ChainGrid;
import dev.mixtune.hardware.profiler.ChainProfiler;
import dev.mixtune.hardware.profiler.DeviceFacts;
import dev.mixtune.hardware.profiler.Experiment;
import dev.mixtune.hardware.profiler.MemoryRate;
import dev.mixtune.hardware.profiler.ObservationFile;
import dev.mixtune.hardware.profiler.PeakRates;
import dev.mixtune.hardware.profiler.PerfTestBundle;
import dev.mixtune.hardware.profiler.ProfileMaker;
import dev.mixtune.results.AtomicFile;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * {@code tune profile}: measures this machine, or makes a profile of one without a Java machine.
 */
final class ProfileCommand {
  /** Larger chains take too long for what they tell. */
  private static final long MOST_MACS = 300_000_000L;

  private static final long SEED = 20;

  /** More chains than an hour measures. */
  private static final int CHAINS = 1200;

  /** Three turns of every family, of models that a phone's storage holds easily. */
  private static final int BUNDLED_CHAINS = 3 * ChainGrid.CYCLE;

  private static final long MOST_BUNDLED_MACS = 100_000_000L;

  private static final TimerSettings QUICK =
      new TimerSettings(0.02, 0.95, 150_000_000L, 5, 15, 0.05, 3);

  /** More shapes tell more than more runs of each: in 58 minutes it gets through the grid. */
  private static final TimerSettings FULL =
      new TimerSettings(0.01, 0.95, 400_000_000L, 5, 20, 0.04, 3);

  private final Surroundings around;

  ProfileCommand(Surroundings around) {
    this.around = around;
  }

  int run(ProfileOptions options) {
    options.check();
    if (options.imported != null) {
      return importResults(options, options.imported);
    }
    OrtRuntime runtime = OrtRuntime.start(around.cache());
    if (options.bundle != null) {
      PerfTestBundle.write(
          runtime, new ChainGrid(MOST_BUNDLED_MACS, SEED).first(BUNDLED_CHAINS), options.bundle);
      around
          .out()
          .println(
              "Written: "
                  + options.bundle
                  + ". Run "
                  + options.bundle.resolve(PerfTestBundle.SCRIPT)
                  + " with the phone connected, then ./tune profile --import "
                  + options.bundle
                  + " --out FILE.");
      return ExitCodes.DONE;
    }
    return measure(options, runtime);
  }

  private int measure(ProfileOptions options, OrtRuntime runtime) {
    Instant begin = around.clock().instant();
    Path out = Objects.requireNonNull(options.out);
    Path runs = out.resolveSibling(out.getFileName() + ".runs");
    HostFacts host = Workbench.hostFacts();
    host.warning().ifPresent(around.out()::println);
    List<Experiment> grid = new ChainGrid(MOST_MACS, SEED).first(CHAINS);
    Console console =
        new Console(
            around.out(),
            around.terminal() ? Console.Style.BAR : Console.Style.PLAIN,
            around.clock());
    TimingLock turn = Workbench.timing(around);
    boolean complete;
    DeviceFacts facts;
    List<dev.mixtune.hardware.profiler.Observation> observations;
    try (ChainProfiler profiler =
            new ChainProfiler(runtime, options.threads, options.quick ? QUICK : FULL, turn);
        ObservationFile file =
            ObservationFile.open(
                runs,
                new ObservationFile.Header(
                    host.summary(),
                    runtime.version(),
                    options.threads,
                    profiler.anchorNanos(),
                    LocalDate.ofInstant(begin, ZoneOffset.UTC).toString()))) {
      complete =
          profiler.run(
              grid,
              file,
              around.clock(),
              begin.plus(options.time()),
              around.interrupted()::get,
              (experiment, models) -> {
                Duration measured =
                    Duration.between(begin, around.clock().instant()).minus(turn.waited());
                double passed = (double) measured.toMillis() / options.time().toMillis();
                console.progress("measuring", Math.min(0.999, passed), null, models + " models");
              });
      facts = facts(options, host, file.header(), turn);
      observations = file.observations();
    }
    if (around.interrupted().get()) {
      around.out().println("Stopped. Run the same command again to go on.");
      return ExitCodes.STOPPED;
    }
    publish(out, ProfileMaker.of(facts, observations), observations.size());
    around
        .out()
        .println(
            complete
                ? "Everything in the grid is measured."
                : "The grid has more: called again, the command goes on and the profile gets"
                    + " better. Its measurements are in "
                    + runs
                    + ".");
    return ExitCodes.DONE;
  }

  private static DeviceFacts facts(
      ProfileOptions options, HostFacts host, ObservationFile.Header header, TimingLock turn) {
    return new DeviceFacts(
        options.profileName(),
        header.device(),
        header.runtime() + ", CPU provider, " + host.os() + " " + host.arch(),
        header.threads(),
        header.date(),
        turn.hold(
            () ->
                PeakRates.of(host, header.threads(), MemoryRate.measure(System::nanoTime))
                    .orElse(null)),
        "in turn with one float model, the median of the ratios of neighbouring runs");
  }

  private int importResults(ProfileOptions options, Path folder) {
    PerfTestBundle.Imported imported = PerfTestBundle.read(folder, options.profileName());
    imported.complaints().forEach(around.err()::println);
    publish(
        Objects.requireNonNull(options.out),
        ProfileMaker.of(imported.facts(), imported.observations()),
        imported.observations().size());
    return ExitCodes.DONE;
  }

  private void publish(Path out, Profile profile, int models) {
    AtomicFile.write(out, ProfileWriter.write(profile));
    ProfileRules.violations(profile)
        .forEach(violation -> around.out().println("Beware: " + violation + "."));
    around
        .out()
        .printf(
            Locale.ROOT,
            "Written: %s, from %d models%s. Use it by --target %s.%n",
            out,
            models,
            profile.statedError() == null
                ? ""
                : String.format(
                    Locale.ROOT,
                    "; median error of shapes held out %.1f %%",
                    100 * profile.statedError()),
            out);
  }
}
