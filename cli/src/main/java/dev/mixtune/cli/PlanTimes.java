package dev.mixtune.cli;

import dev.mixtune.engine.Energy;
import dev.mixtune.engine.Latency;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.lowering.LoweredPlan;
import dev.mixtune.engine.runtime.RuntimeFailure;
import dev.mixtune.results.StudyStore;
import dev.mixtune.search.Evaluation;
import dev.mixtune.search.Objective;
import dev.mixtune.search.Stop;
import java.util.Collection;
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
 *
 * <p>During the search a plan is timed while other workers score. It is timed in turn with the
 * float model, so what slows both down cancels; but not all plans suffer alike, so what is on the
 * frontier in the end is timed again while nothing else runs, and that is what counts.
 */
final class PlanTimes {
  private static final Logger LOG = LoggerFactory.getLogger(PlanTimes.class);

  private final Workbench bench;
  private final StudyStore store;
  private final GuardedTiming timing;
  private final LatencySource latencies;
  private final Deadline deadline;
  private final Set<Objective> objectives;
  private final Stopwatch stopwatch = new Stopwatch();
  private final boolean inCompany;
  private final TimedInCompany company;

  /** What the host's model knows; null where latencies come from a profile. */
  private final @Nullable HostPredictions predictions;

  /** Latencies of this batch's kernel signatures that are not worth timing before scoring. */
  private final Map<String, Latency> foreseen = new ConcurrentHashMap<>();

  /** Kernel signatures whose energy the study holds. */
  private final Set<String> energyKnown = ConcurrentHashMap.newKeySet();

  /** What plans of this batch compete with. Used by the thread that has the stopwatch. */
  private Contention contention;

  private Stop stop = () -> false;

  PlanTimes(StudyContext context) {
    this.bench = context.bench();
    this.store = context.store();
    this.timing = new GuardedTiming(context.memory(), context.bench()::probe);
    this.latencies = context.latencies();
    this.deadline = context.deadline();
    this.objectives = context.options().objectiveSet();
    this.predictions = context.latencies() instanceof HostLatency host ? host.predictions() : null;
    this.inCompany = context.options().workerCount() > 1;
    this.company = new TimedInCompany(context.memory());
    this.contention = new Contention(objectives, List.of());
  }

  /**
   * Forgets what the last batch was foreseen to take, and learns from what was timed since. No
   * worker is busy with a plan.
   *
   * @param told what the plans of this batch compete with
   * @param whenToStop when nothing more may be timed
   */
  void beginBatch(Collection<Evaluation> told, Stop whenToStop) {
    contention = new Contention(objectives, told);
    stop = whenToStop;
    foreseen.clear();
    if (predictions != null) {
      predictions.refit();
    }
  }

  /**
   * Predicts a plan's latency, or times it where no prediction may be believed.
   *
   * @throws RuntimeFailure when it does not run
   */
  void foresee(LoweredPlan lowered) {
    Optional<Latency> expected = predicted(lowered);
    if (expected.isPresent()) {
      foreseen.put(lowered.kernelSignature(), expected.get());
    } else if (predictions == null) {
      latency(lowered);
    } else if (known(lowered).isEmpty()) {
      stopwatch.hold(() -> timed(lowered, inCompany, guarded(lowered)));
    }
  }

  private Supplier<Latency> guarded(LoweredPlan lowered) {
    return () -> timing.time(lowered, clock(lowered));
  }

  private Supplier<Latency> clock(LoweredPlan lowered) {
    return () -> latencies.latency(lowered);
  }

  /**
   * Times a plan that was just scored, where it could be on the frontier and its time is only
   * predicted; perhaps on another worker's thread, and over when no worker is busy any more.
   *
   * @param lowered the plan, asked for when it is timed
   */
  void timeContender(Evaluation evaluation, Supplier<LoweredPlan> lowered) {
    if (predictions != null && Contention.isPredicted(evaluation)) {
      stopwatch.bring(() -> contend(evaluation, lowered));
    }
  }

  private void contend(Evaluation evaluation, Supplier<LoweredPlan> plan) {
    if (stop.requested() || !contention.mayMatter(evaluation)) {
      return;
    }
    LoweredPlan lowered = plan.get();
    try {
      // Its answers came from a worker process: the kernels run.
      timed(lowered, inCompany, () -> timing.timeScored(lowered, clock(lowered)));
    } catch (RuntimeFailure e) {
      LOG.warn("a scored plan cannot be timed: {}", evaluation.plan().key(), e);
    } catch (CancellationException e) {
      requireStop(e);
    }
    store.find(evaluation.plan(), evaluation.rounding()).ifPresent(contention::add);
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

  /** The latency that scoring goes by: timed, or foreseen for this batch. */
  Optional<Latency> known(LoweredPlan lowered) {
    return store
        .findLatency(lowered.kernelSignature())
        .or(() -> Optional.ofNullable(foreseen.get(lowered.kernelSignature())));
  }

  /** The latency of a plan, measured once per kernel signature. Nothing else runs meanwhile. */
  Latency latency(LoweredPlan lowered) {
    return timed(
        lowered, /* withOthers= */ false, predictions == null ? clock(lowered) : guarded(lowered));
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

  /** The same evaluations, those whose time is only predicted as far as they were timed since. */
  List<Evaluation> refreshed(List<Evaluation> evaluations) {
    return evaluations.stream()
        .map(
            e ->
                predictions != null && Contention.isPredicted(e)
                    ? store.find(e.plan(), e.rounding()).orElse(e)
                    : e)
        .toList();
  }

  /** Whether the recorded time of a plan was measured while others were scored. */
  boolean isFromCompany(Evaluation evaluation) {
    return company.contains(evaluation.kernelSignature());
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
      Latency alone = timing.timeScored(lowered, clock(lowered));
      store.replaceLatency(signature, alone);
      company.settle(signature, before.ratio(), alone.ratio());
    } catch (RuntimeFailure e) {
      LOG.warn("a plan cannot be timed again: {}", evaluation.plan().key(), e);
      company.forget(signature);
    } catch (CancellationException e) {
      requireStop(e);
    }
  }

  /** Times a scored plan, whose kernels were not timed yet. Nothing else runs meanwhile. */
  void timeScored(Evaluation evaluation) {
    try {
      latency(bench.lowering().lower(evaluation.plan()));
    } catch (RuntimeFailure e) {
      LOG.warn("a scored plan cannot be timed: {}", evaluation.plan().key(), e);
    } catch (CancellationException e) {
      requireStop(e);
    }
  }

  /** How long workers waited for the stopwatch so far, all together. */
  long waitedNanos() {
    return stopwatch.waitedNanos();
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
