package dev.mixtune.cli;

import dev.mixtune.engine.Basis;
import dev.mixtune.engine.Latency;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.lowering.LoweredPlan;
import dev.mixtune.engine.runtime.ModelRuntime;
import dev.mixtune.engine.runtime.Session;
import dev.mixtune.hardware.HostTimer;
import dev.mixtune.hardware.HostTiming;
import dev.mixtune.hardware.TimerSettings;
import dev.mixtune.hardware.TimingLock;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Times plans on this machine, end to end, in turn with the float model.
 *
 * <p>The ratio is what is measured; milliseconds are the ratio times the float model's time at the
 * start, so that a machine that slows down in the night does not reorder plans. Callers see to it
 * that one plan is timed at once, and to what else runs meanwhile.
 */
final class HostLatency implements LatencySource {
  private final ModelRuntime runtime;
  private final Session floatModel;
  private final Map<String, Tensor> inputs;
  private final int threads;
  private final HostTimer timer;
  private final double floatMillis;
  private final TimingLock turn;
  private final HostPredictions predictions;
  private int timings;
  private int again;
  private int unsteady;

  /**
   * @param floatModel the model's file
   * @param inputs of one inference
   * @param threads of one inference
   * @param settings how precisely to time
   * @param turn held while a plan is timed
   * @param knownFloatMillis the float model's time when a study goes on, else NaN
   */
  HostLatency(
      ModelRuntime runtime,
      Path floatModel,
      Map<String, Tensor> inputs,
      int threads,
      TimerSettings settings,
      TimingLock turn,
      double knownFloatMillis) {
    this.runtime = runtime;
    this.floatModel = runtime.open(floatModel, threads);
    this.inputs = inputs;
    this.threads = threads;
    this.timer = new HostTimer(settings);
    this.turn = turn;
    this.floatMillis =
        knownFloatMillis > 0 ? knownFloatMillis : timeFloat(runtime, floatModel, threads);
    this.predictions = new HostPredictions(floatMillis);
  }

  private double timeFloat(ModelRuntime ort, Path file, int count) {
    try (Session twin = ort.open(file, count)) {
      return turn.hold(() -> timer.time(twin, this.floatModel, inputs)).floatMillis();
    }
  }

  @Override
  public Latency latency(LoweredPlan plan) {
    return latency(plan, timer);
  }

  /** Times a plan by other settings. */
  Latency latency(LoweredPlan plan, TimerSettings settings) {
    return latency(plan, new HostTimer(settings));
  }

  private Latency latency(LoweredPlan plan, HostTimer stopwatch) {
    try (Session candidate = runtime.open(plan.model(), threads)) {
      return timed(candidate, stopwatch);
    }
  }

  /** Times a model from its file. */
  Latency latency(Path model) {
    try (Session candidate = runtime.open(model, threads)) {
      return timed(candidate, timer);
    }
  }

  private Latency timed(Session candidate, HostTimer stopwatch) {
    HostTiming timing = turn.hold(() -> stopwatch.time(candidate, floatModel, inputs));
    timings++;
    again += timing.blocks() - 1;
    unsteady += timing.steady() ? 0 : 1;
    return scaled(timing);
  }

  /** What this study learned about plans that it did not time. */
  HostPredictions predictions() {
    return predictions;
  }

  /** How the timing went, in one sentence. */
  String conditions() {
    return String.format(
        Locale.ROOT,
        "%d timings in turn with the float model; %d blocks were measured again because the float"
            + " model's time moved, %d timings stayed unsteady",
        timings,
        again,
        unsteady);
  }

  private Latency scaled(HostTiming timing) {
    double ratio = timing.latency().ratio();
    return new Latency(
        ratio * floatMillis, ratio, timing.latency().relativeError(), Basis.MEASURED);
  }

  @Override
  public OptionalDouble predictedMillis(LoweredPlan plan) {
    return predictions
        .foreseen(plan)
        .map(latency -> OptionalDouble.of(latency.millis()))
        .orElseGet(OptionalDouble::empty);
  }

  @Override
  public double floatMillis() {
    return floatMillis;
  }

  @Override
  public double modelledShare(LoweredPlan plan) {
    return 0;
  }

  @Override
  public String basis(LoweredPlan plan) {
    return "host: timed end to end on this machine.";
  }

  @Override
  public void close() {
    floatModel.close();
  }
}
