package dev.mixtune.cli;

import dev.mixtune.engine.Energy;
import dev.mixtune.engine.Latency;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.lowering.LoweredPlan;
import dev.mixtune.engine.runtime.RuntimeFailure;
import dev.mixtune.hardware.ProfileTarget;
import dev.mixtune.results.StudyStore;
import dev.mixtune.search.Evaluation;
import dev.mixtune.search.Objective;
import dev.mixtune.search.Stop;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
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
  private final Set<Objective> objectives;

  /** What the host's model knows; null where latencies come from a profile. */
  private final @Nullable HostPredictions predictions;

  /** Latencies of this batch's kernel signatures that are not worth timing before scoring. */
  private final Map<String, Latency> foreseen = new ConcurrentHashMap<>();

  /** Kernel signatures whose energy the study holds. */
  private final Set<String> energyKnown = ConcurrentHashMap.newKeySet();

  PlanTimes(StudyContext context) {
    this.bench = context.bench();
    this.store = context.store();
    this.timing = new GuardedTiming(context.memory(), context.bench()::probe);
    this.latencies = context.latencies();
    this.deadline = context.deadline();
    this.objectives = context.options().objectiveSet();
    this.predictions = context.latencies() instanceof HostLatency host ? host.predictions() : null;
  }

  /** Forgets what the last batch was foreseen to take, and learns from what was timed since. */
  void beginBatch() {
    foreseen.clear();
    if (predictions != null) {
      predictions.refit();
    }
  }

  /** Predicts a plan's latency, or times it where no prediction may be believed. */
  void foresee(LoweredPlan lowered) {
    Optional<Latency> expected = predicted(lowered);
    if (expected.isPresent()) {
      foreseen.put(lowered.kernelSignature(), expected.get());
    } else {
      latency(lowered);
    }
  }

  /** The latency that scoring goes by: timed, or foreseen for this batch. */
  Optional<Latency> known(LoweredPlan lowered) {
    return store
        .findLatency(lowered.kernelSignature())
        .or(() -> Optional.ofNullable(foreseen.get(lowered.kernelSignature())));
  }

  /** The latency of a plan, measured once per kernel signature. Not to be called side by side. */
  Latency latency(LoweredPlan lowered) {
    Optional<Latency> known = store.findLatency(lowered.kernelSignature());
    if (known.isPresent()) {
      return known.get();
    }
    Latency latency =
        bench.target() instanceof ProfileTarget
            ? latencies.latency(lowered)
            : timing.time(lowered, () -> latencies.latency(lowered));
    store.recordLatency(lowered.kernelSignature(), latency);
    if (predictions != null) {
      predictions.learn(lowered.plan(), lowered.kernels(), latency.ratio());
    }
    return latency;
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

  /**
   * Times what could be on the frontier and has its time from a prediction, whatever the budget.
   *
   * @return the evaluations, in the same order
   */
  List<Evaluation> ofContendersWhateverTheBudget(List<Evaluation> evaluations) {
    if (predictions == null) {
      return evaluations;
    }
    IdentityHashMap<Evaluation, Evaluation> settled = new IdentityHashMap<>();
    Contention contention = new Contention(objectives, evaluations);
    for (Evaluation evaluation : contention.fastestFirst(evaluations)) {
      if (Contention.isPredicted(evaluation) && contention.mayMatter(evaluation)) {
        Evaluation timed = timed(evaluation, deadline::isInterrupted);
        settled.put(evaluation, timed);
        contention.add(timed);
      }
    }
    remember();
    return evaluations.stream().map(e -> settled.getOrDefault(e, e)).toList();
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

  /**
   * Times the plans that could be on the frontier. A plan that is beaten even if its predicted time
   * errs by as much as 95 % of predictions do stays as it was predicted.
   *
   * @param evaluations just scored
   * @param told what they compete with
   * @param stop when nothing more may be timed
   */
  List<Evaluation> ofContenders(List<Evaluation> evaluations, List<Evaluation> told, Stop stop) {
    if (predictions == null) {
      return evaluations;
    }
    Contention contention = new Contention(objectives, told);
    Map<Plan, Evaluation> known = new LinkedHashMap<>();
    evaluations.forEach(evaluation -> known.put(evaluation.plan(), evaluation));
    for (Evaluation evaluation : contention.fastestFirst(evaluations)) {
      Evaluation timed = evaluation;
      if (Contention.isPredicted(evaluation)
          && (store.findLatency(evaluation.kernelSignature()).isPresent()
              || contention.mayMatter(evaluation))) {
        timed = timed(evaluation, stop);
        known.put(timed.plan(), timed);
      }
      contention.add(timed);
    }
    remember();
    return List.copyOf(known.values());
  }

  /** The evaluation with a measured time; as it was when the search is stopped or it fails. */
  private Evaluation timed(Evaluation evaluation, Stop stop) {
    if (stop.requested()) {
      return evaluation;
    }
    try {
      latency(bench.lowering().lower(evaluation.plan()));
    } catch (RuntimeFailure e) {
      LOG.warn("a scored plan cannot be timed: {}", evaluation.plan().key(), e);
    } catch (CancellationException e) {
      requireStop(e);
    }
    return store.find(evaluation.plan(), evaluation.rounding()).orElse(evaluation);
  }
}
