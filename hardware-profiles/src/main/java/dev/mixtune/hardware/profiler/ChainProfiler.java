package dev.mixtune.hardware.profiler;

import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.chain.ChainModel;
import dev.mixtune.engine.chain.KernelChain;
import dev.mixtune.engine.chain.Link.Convolution;
import dev.mixtune.engine.chain.LoweredChain;
import dev.mixtune.engine.runtime.OrtRuntime;
import dev.mixtune.engine.runtime.Session;
import dev.mixtune.hardware.HostTimer;
import dev.mixtune.hardware.HostTiming;
import dev.mixtune.hardware.TimerSettings;
import dev.mixtune.hardware.TimingLock;
import java.time.Clock;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * Times chains on this machine, each in turn with the same anchor, so that a machine that slows
 * down in the meantime slows both.
 */
public final class ChainProfiler implements AutoCloseable {
  private static final long SEED = 1;

  /** Long enough to be timed well, small enough to leave the caches to the others. */
  private static final KernelChain ANCHOR =
      new KernelChain(
          List.of(1L, 32L, 16L, 16L),
          Collections.nCopies(4, new Convolution(32, 3, 1, 1, /* relu= */ true)));

  private final OrtRuntime runtime;
  private final int threads;
  private final HostTimer timer;
  private final TimingLock turn;
  private final Session anchor;
  private final Map<String, Tensor> anchorInputs;

  /** Hears what was measured. */
  @FunctionalInterface
  public interface Progress {
    /**
     * A model was measured.
     *
     * @param experiment position in the grid, from 0
     * @param models how many models there are measurements of by now
     */
    void measured(int experiment, int models);
  }

  /**
   * Opens the anchor.
   *
   * @param threads of each run
   * @param settings how precisely to time
   * @param turn held while one model is timed and free in between, so that a study beside this gets
   *     its turn
   */
  public ChainProfiler(OrtRuntime runtime, int threads, TimerSettings settings, TimingLock turn) {
    this.runtime = runtime;
    this.threads = threads;
    this.timer = new HostTimer(settings);
    this.turn = turn;
    ChainModel model = model(LoweredChain.of(runtime, ANCHOR, SEED), anchorSchemes());
    this.anchor = runtime.open(model.model(), threads);
    this.anchorInputs = model.inputs();
  }

  private static List<Scheme> anchorSchemes() {
    return Collections.nCopies(ANCHOR.layers(), Scheme.F32);
  }

  private static ChainModel model(LoweredChain chain, List<Scheme> schemes) {
    return chain.lower(schemes);
  }

  /** The anchor's own time in nanoseconds, timed against its twin. */
  public double anchorNanos() {
    ChainModel model = model(LoweredChain.of(runtime, ANCHOR, SEED), anchorSchemes());
    try (Session twin = runtime.open(model.model(), threads)) {
      return turn.hold(() -> 1e6 * timer.time(twin, anchor, anchorInputs).floatMillis());
    }
  }

  /**
   * Measures what the file does not have yet.
   *
   * @param grid what to measure, in order
   * @param file where it goes
   * @param clock tells the time
   * @param deadline no further model is begun after it; put off by as long as the turn was waited
   *     for so far
   * @param stopped whether the user wants to stop
   * @return whether everything in the grid is measured
   */
  public boolean run(
      List<Experiment> grid,
      ObservationFile file,
      Clock clock,
      Instant deadline,
      BooleanSupplier stopped,
      Progress progress) {
    for (int i = 0; i < grid.size(); i++) {
      Experiment experiment = grid.get(i);
      List<List<Scheme>> missing =
          experiment.variants().stream()
              .filter(schemes -> !file.has(experiment.id(schemes)))
              .toList();
      if (missing.isEmpty()) {
        continue;
      }
      LoweredChain chain = LoweredChain.of(runtime, experiment.chain(), SEED);
      for (List<Scheme> schemes : missing) {
        if (stopped.getAsBoolean() || clock.instant().minus(turn.waited()).isAfter(deadline)) {
          return false;
        }
        if (offers(chain, schemes)) {
          file.add(observe(experiment.id(schemes), chain.lower(schemes), file.header()));
          progress.measured(i, file.observations().size());
        }
      }
    }
    return true;
  }

  /** Whether every layer of the chain may take its scheme. */
  static boolean offers(LoweredChain chain, List<Scheme> schemes) {
    if (chain.layers() != schemes.size()) {
      return false;
    }
    for (int layer = 0; layer < schemes.size(); layer++) {
      if (!chain.offers(layer, schemes.get(layer))) {
        return false;
      }
    }
    return true;
  }

  private Observation observe(String id, ChainModel model, ObservationFile.Header header) {
    try (Session session = runtime.open(model.model(), threads);
        Session.Prepared timed = session.prepare(model.inputs());
        Session.Prepared against = anchor.prepare(anchorInputs)) {
      HostTiming timing = turn.hold(() -> timer.time(timed, against));
      return new Observation(
          id,
          model.kernels(),
          timing.latency().ratio() * header.anchorNanos(),
          timing.latency().relativeError());
    }
  }

  @Override
  public void close() {
    anchor.close();
  }
}
