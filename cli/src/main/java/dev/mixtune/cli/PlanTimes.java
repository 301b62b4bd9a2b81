package dev.mixtune.cli;

import dev.mixtune.engine.Energy;
import dev.mixtune.engine.Latency;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.lowering.LoweredPlan;
import dev.mixtune.engine.runtime.RuntimeFailure;
import dev.mixtune.results.StudyStore;
import dev.mixtune.search.Evaluation;
import dev.mixtune.search.Stop;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What plans take on the target: recorded, predicted where that is enough, else timed once per
 * kernel signature. Nothing is timed side by side; what is known may be asked from any thread.
 */
final class PlanTimes {
  private static final Logger LOG = LoggerFactory.getLogger(PlanTimes.class);

  private final Workbench bench;
  private final StudyStore store;
  private final GuardedTiming timing;
  private final LatencySource latencies;
  private final Deadline deadline;
  private final Stopwatch stopwatch;
  private final boolean inCompany;
  private final TimedInCompany company;

  /** What the host's model knows; null where latencies come from a profile. */
  private final @Nullable HostPredictions predictions;

  /** Latencies of this batch's kernel signatures that are not worth timing before scoring. */
  private final Map<String, Latency> foreseen = new ConcurrentHashMap<>();

  /** Kernel signatures whose energy the study holds. */
  private final Set<String> energyKnown = ConcurrentHashMap.newKeySet();

  /**
   * @param stopwatch of the study
   */
  PlanTimes(StudyContext context, Stopwatch stopwatch) {
    this.bench = context.bench();
    this.store = context.store();
    this.timing = new GuardedTiming(context.memory(), context.bench()::probe);
    this.latencies = context.latencies();
    this.deadline = context.deadline();
    this.stopwatch = stopwatch;
    this.predictions = context.latencies() instanceof HostLatency host ? host.predictions() : null;
    this.inCompany = context.options().workerCount() > 1;
    this.company = new TimedInCompany(context.memory(), context.options().workerCount());
  }

  /**
   * Forgets what the last batch was foreseen to take, and learns from what was timed since. No
   * worker is busy with a plan.
   */
  void beginBatch() {
    foreseen.clear();
    if (predictions != null) {
      predictions.refit();
    }
  }

  /** Whether no plan need be timed before it is scored. */
  boolean foreseesAll() {
    return predictions == null || predictions.isTrusted();
  }

  /**
   * Predicts a plan's latency, or times it, in company, where no prediction may be believed.
   *
   * @param stop when nothing more may be timed
   * @throws RuntimeFailure when it does not run
   * @throws CancellationException when it was to be timed after the stop
   */
  void foresee(LoweredPlan lowered, Stop stop) {
    Optional<Latency> expected = predicted(lowered);
    if (expected.isPresent()) {
      foreseen.put(lowered.kernelSignature(), expected.get());
    } else if (predictions == null) {
      latency(lowered);
    } else if (known(lowered).isEmpty()) {
      stopwatch.hold(
          () -> {
            if (stop.requested()) {
              throw new CancellationException("the search was asked to stop");
            }
            return timed(lowered, inCompany, () -> measured(lowered));
          });
    }
  }

  private Latency timed(LoweredPlan lowered, boolean withOthers, Supplier<Latency> measurement) {
    String signature = lowered.kernelSignature();
    Optional<Latency> known = store.findLatency(signature);
    if (known.isPresent()) {
      return known.get();
    }
    Latency latency = measurement.get();
    if (withOthers) {
      company.add(signature);
    }
    store.recordLatency(signature, latency);
    if (predictions != null) {
      predictions.learn(lowered.plan(), lowered.kernels(), latency.ratio());
    }
    return latency;
  }

  private Latency measured(LoweredPlan lowered) {
    return predictions == null
        ? latencies.latency(lowered)
        : timing.time(lowered, () -> latencies.latency(lowered));
  }

  /** The latency that scoring goes by: timed, or foreseen for this batch. */
  Optional<Latency> known(LoweredPlan lowered) {
    return store
        .findLatency(lowered.kernelSignature())
        .or(() -> Optional.ofNullable(foreseen.get(lowered.kernelSignature())));
  }

  /** The latency of a plan, once per kernel signature. On the host nothing else runs meanwhile. */
  Latency latency(LoweredPlan lowered) {
    return timed(lowered, /* withOthers= */ false, () -> measured(lowered));
  }

  /** What the host's model says of a plan that was not timed, where it may be believed. */
  private Optional<Latency> predicted(LoweredPlan lowered) {
    return predictions != null
            && predictions.isTrusted()
            && store.findLatency(lowered.kernelSignature()).isEmpty()
        ? predictions.latency(lowered)
        : Optional.empty();
  }

  /** The least that a plan may take: of a prediction, the lower end. */
  double leastRatio(Latency latency) {
    return predictions == null ? latency.ratio() : Contention.leastRatio(latency);
  }

  /**
   * The same evaluations as the search is told of them: those whose time was only predicted as far
   * as they were timed since, and those that an earlier run of the study timed again in the end as
   * it knew them before, so that a study that goes on finds its way again.
   */
  List<Evaluation> asSearched(List<Evaluation> evaluations) {
    return predictions == null ? evaluations : evaluations.stream().map(this::asSearched).toList();
  }

  private Evaluation asSearched(Evaluation evaluation) {
    Evaluation now =
        Contention.isPredicted(evaluation)
            ? store.find(evaluation.plan(), evaluation.rounding()).orElse(evaluation)
            : evaluation;
    Latency latency = now.latency();
    return latency == null
        ? now
        : now.withLatency(company.asSearched(now.kernelSignature(), latency));
  }

  /** Which times were measured while other plans were scored. */
  TimedInCompany company() {
    return company;
  }

  /**
   * Times a plan alone that was timed in company, and with it all plans of its kernels. Nothing
   * else runs meanwhile.
   */
  void timeAgain(Evaluation evaluation) {
    String signature = evaluation.kernelSignature();
    LoweredPlan lowered = bench.lowering().lower(evaluation.plan());
    try {
      Latency before = store.findLatency(signature).orElseThrow();
      Latency alone = measured(lowered);
      store.replaceLatency(signature, alone);
      company.settle(signature, before.ratio(), alone.ratio());
    } catch (RuntimeFailure e) {
      LOG.warn("a plan cannot be timed again: {}", evaluation.plan().key(), e);
      company.fail(signature);
    } catch (CancellationException e) {
      requireStop(e);
    }
  }

  /**
   * Runs a scored plan once in a worker process, as it will be timed, unless its kernels were timed
   * before; from any thread.
   *
   * @return whether it may be timed
   */
  boolean probe(LoweredPlan lowered) {
    if (store.findLatency(lowered.kernelSignature()).isPresent()) {
      return true;
    }
    try {
      timing.probe(lowered);
      return true;
    } catch (RuntimeFailure e) {
      LOG.warn("a scored plan cannot be timed: {}", lowered.plan().key(), e);
      return false;
    }
  }

  /**
   * Times a plan that was {@link #probe}d, whose kernels may not be timed yet; one that fails stays
   * as it is.
   *
   * @param withOthers whether others are scored meanwhile
   */
  void timeProbed(LoweredPlan lowered, boolean withOthers) {
    try {
      timed(
          lowered, withOthers, () -> timing.timeProbed(lowered, () -> latencies.latency(lowered)));
    } catch (RuntimeFailure e) {
      LOG.warn("a scored plan cannot be timed: {}", lowered.plan().key(), e);
    } catch (CancellationException e) {
      requireStop(e);
    }
  }

  /** Times a plan in company that was timed alone, and notes both. */
  void compareInCompany(LoweredPlan lowered) {
    String signature = lowered.kernelSignature();
    try {
      double ratio = measured(lowered).ratio();
      double alone = store.findLatency(signature).orElseThrow().ratio();
      company.compare(signature, ratio, alone);
    } catch (RuntimeFailure e) {
      LOG.warn("a uniform plan cannot be timed in company", e);
    } catch (CancellationException e) {
      requireStop(e);
    }
  }

  /** Keeps what was timed for a study that goes on. */
  void remember() {
    if (predictions != null) {
      store.putDocument(StudyMemory.TIMED_PLANS, predictions.write());
    }
  }

  /**
   * Milliseconds of a plan as far as they can be known: measured while there is time, else what is
   * recorded, else {@code otherwise}.
   */
  double millis(Plan plan, double otherwise) {
    LoweredPlan lowered = bench.lowering().lower(plan);
    if (deadline.requested()) {
      return store.findLatency(lowered.kernelSignature()).map(Latency::millis).orElse(otherwise);
    }
    try {
      Optional<Latency> expected = predicted(lowered);
      return expected.isPresent() ? expected.get().millis() : latency(lowered).millis();
    } catch (RuntimeFailure e) {
      LOG.warn("a plan cannot be timed: {}", plan.key(), e);
      return otherwise;
    } catch (CancellationException e) {
      requireStop(e);
      return otherwise;
    }
  }

  /**
   * A stop that comes while another study has its turn ends the wait, and nothing else: what is
   * known is still to be written.
   *
   * @throws CancellationException when nobody stopped the study
   */
  void requireStop(CancellationException whileWaiting) {
    if (!deadline.isInterrupted()) {
      throw whileWaiting;
    }
    LOG.info("not timed: {}", whileWaiting.getMessage());
  }

  /** The modelled energy of a plan's kernels; null where it does not count. */
  @Nullable Energy energy(LoweredPlan lowered) {
    Energy energy = latencies.energy(lowered).orElse(null);
    if (energy != null && energyKnown.add(lowered.kernelSignature())) {
      store.recordEnergy(lowered.kernelSignature(), energy);
    }
    return energy;
  }
}
