package dev.mixtune.cli;

import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.Energy;
import dev.mixtune.engine.Latency;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.lowering.LoweredPlan;
import dev.mixtune.engine.runtime.RuntimeFailure;
import dev.mixtune.evaluators.AccuracyEvaluator;
import dev.mixtune.evaluators.Climbed;
import dev.mixtune.evaluators.Outcome;
import dev.mixtune.evaluators.SampleSet;
import dev.mixtune.hardware.ProfileTarget;
import dev.mixtune.results.StudyStore;
import dev.mixtune.search.Evaluation;
import dev.mixtune.search.Evaluator;
import dev.mixtune.search.Objective;
import dev.mixtune.search.Rounding;
import dev.mixtune.search.Stop;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Scores plans on the search split: what the journal knows is taken from there, models are lowered
 * side by side, new kernel signatures are timed one after the other while nothing else runs, then
 * answers are scored side by side, each as far up the fidelity ladder as it has a chance. Each
 * evaluation is on disk when it ends.
 */
final class Candidates implements Evaluator {
  private static final Logger LOG = LoggerFactory.getLogger(Candidates.class);

  /** Most bytes of the models of a batch that are kept between lowering and scoring. */
  private static final long MOST_LOWERED_BYTES = 256L << 20;

  /** Begins the line of the log that stands for each evaluation that was begun. */
  static final String EVALUATION = "evaluation";

  private final Workbench bench;
  private final StudyStore store;
  private final GuardedTiming timing;
  private final LatencySource latencies;
  private final ExecutorService workers;
  private final Deadline deadline;
  private final Set<Objective> objectives;
  private final AtomicBoolean cutShort = new AtomicBoolean();
  private final LongAdder busyNanos = new LongAdder();

  /** What this search was told so far, in its own order, whatever else the journal holds. */
  private final Map<Plan, Evaluation> told = new LinkedHashMap<>();

  /** What the host's model knows; null where latencies come from a profile. */
  private final @Nullable HostPredictions predictions;

  /** Latencies of this batch's kernel signatures that are not worth timing before scoring. */
  private final Map<String, Latency> foreseen = new ConcurrentHashMap<>();

  private final Stop budget;
  private volatile Stop stop;

  /**
   * @param budget when nothing more may be paid for
   */
  Candidates(StudyContext context, Stop budget) {
    this.bench = context.bench();
    this.store = context.store();
    this.timing = new GuardedTiming(context.memory(), context.bench()::probe);
    this.latencies = context.latencies();
    this.predictions = context.latencies() instanceof HostLatency host ? host.predictions() : null;
    this.workers = context.workers();
    this.deadline = context.deadline();
    this.objectives = context.options().objectiveSet();
    this.budget = budget;
    this.stop = budget;
  }

  /** Scores the plans even when the budget is spent; only the user can stop that. */
  void evaluateWhateverTheBudget(List<Plan> plans) {
    stop = deadline::isInterrupted;
    List<Evaluation> scored = run(plans, wholeSplit(), /* timed= */ true);
    scored.forEach(evaluation -> told.putIfAbsent(evaluation.plan(), evaluation));
    stop = budget;
    LOG.info("{} of {} uniform plans scored", scored.size(), plans.size());
  }

  /**
   * The stop for the search: it is asked to end once a plan was wanted that is not known and may
   * not be paid for any more. What is known is always answered, so that a study that goes on after
   * its budget finds all it had.
   */
  Stop whenCutShort() {
    return cutShort::get;
  }

  @Override
  public List<Evaluation> evaluate(List<Plan> plans) {
    List<Evaluation> evaluations =
        timedWhereItMatters(run(plans, ladder(List.copyOf(told.values())), /* timed= */ false));
    evaluations.forEach(evaluation -> told.putIfAbsent(evaluation.plan(), evaluation));
    cutShort.compareAndSet(false, evaluations.size() < plans.size());
    return evaluations;
  }

  private Ladder ladder(List<Evaluation> known) {
    return new Ladder(known, objectives, bench.data().search().size());
  }

  /** A ladder on which nobody is in a candidate's way. */
  private Ladder wholeSplit() {
    return ladder(List.of());
  }

  /** Time that workers spent on candidates, all together. */
  long busyNanos() {
    return busyNanos.sum();
  }

  /**
   * Times the plans that could be on the frontier. A plan that is beaten even if its predicted time
   * errs by as much as 95 % of predictions do stays as it was predicted.
   */
  private List<Evaluation> timedWhereItMatters(List<Evaluation> evaluations) {
    if (predictions == null) {
      return evaluations;
    }
    Contention contention = new Contention(objectives, List.copyOf(told.values()));
    Map<Plan, Evaluation> known = new LinkedHashMap<>();
    evaluations.forEach(evaluation -> known.put(evaluation.plan(), evaluation));
    for (Evaluation evaluation : contention.fastestFirst(evaluations)) {
      Evaluation timed = evaluation;
      if (Contention.isPredicted(evaluation)
          && (store.findLatency(evaluation.kernelSignature()).isPresent()
              || contention.mayMatter(evaluation))) {
        timed = timed(evaluation);
        known.put(timed.plan(), timed);
      }
      contention.add(timed);
    }
    rememberTimed();
    return List.copyOf(known.values());
  }

  /** The evaluation with a measured time; as it was when the search is stopped or it fails. */
  Evaluation timed(Evaluation evaluation) {
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

  private List<Evaluation> run(List<Plan> plans, Ladder ladder, boolean timed) {
    foreseen.clear();
    if (predictions != null) {
      predictions.refit();
    }
    Map<Plan, Future<Evaluation>> running = new HashMap<>();
    List<Plan> unknown = plans.stream().filter(plan -> store.find(plan).isEmpty()).toList();
    Map<Plan, Future<LoweredPlan>> lowered = new HashMap<>();
    if (!stop.requested() && unknown.size() * bench.network().fileBytes() <= MOST_LOWERED_BYTES) {
      unknown.forEach(plan -> lowered.put(plan, work(() -> bench.lowering().lower(plan))));
    }
    for (Plan plan : unknown) {
      if (stop.requested()) {
        break;
      }
      time(plan, lowered, timed);
    }
    rememberTimed();
    for (Plan plan : unknown) {
      running.put(plan, work(() -> score(plan, lowered.get(plan), ladder)));
    }
    return finished(plans, running);
  }

  private <T> Future<T> work(Callable<T> task) {
    return workers.submit(
        () -> {
          long start = System.nanoTime();
          try {
            return task.call();
          } finally {
            busyNanos.add(System.nanoTime() - start);
          }
        });
  }

  private void time(Plan plan, Map<Plan, Future<LoweredPlan>> ready, boolean timed) {
    try {
      LoweredPlan lowered = lowered(plan, ready.get(plan));
      Optional<Latency> expected = timed ? Optional.empty() : predicted(lowered);
      if (expected.isPresent()) {
        foreseen.put(lowered.kernelSignature(), expected.get());
      } else {
        latency(lowered);
      }
    } catch (RuntimeFailure e) {
      store.record(Evaluation.failed(plan, "", "it cannot be timed: " + e.getMessage()));
    } catch (CancellationException e) {
      requireStop(e);
    }
  }

  /** A stop that comes while another study has its turn ends the wait, not what is to be written. */
  private void requireStop(CancellationException whileWaiting) {
    if (!deadline.isInterrupted()) {
      throw whileWaiting;
    }
    LOG.info("not timed: {}", whileWaiting.getMessage());
  }

  /** Lowered already, or now where the models of a batch would take too much memory. */
  private LoweredPlan lowered(Plan plan, @Nullable Future<LoweredPlan> ready) {
    return ready == null ? bench.lowering().lower(plan) : Futures.await(ready, () -> false);
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

  private double leastRatio(Latency latency) {
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
  List<Evaluation> timedWhateverTheBudget(List<Evaluation> evaluations) {
    if (predictions == null) {
      return evaluations;
    }
    stop = deadline::isInterrupted;
    IdentityHashMap<Evaluation, Evaluation> settled = new IdentityHashMap<>();
    Contention contention = new Contention(objectives, evaluations);
    for (Evaluation evaluation : contention.fastestFirst(evaluations)) {
      if (Contention.isPredicted(evaluation) && contention.mayMatter(evaluation)) {
        Evaluation timed = timed(evaluation);
        settled.put(evaluation, timed);
        contention.add(timed);
      }
    }
    stop = budget;
    rememberTimed();
    return evaluations.stream().map(e -> settled.getOrDefault(e, e)).toList();
  }

  private void rememberTimed() {
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

  private Evaluation score(Plan plan, @Nullable Future<LoweredPlan> ready, Ladder ladder) {
    Optional<Evaluation> failed = store.find(plan);
    if (failed.isPresent()) {
      return failed.get();
    }
    if (stop.requested()) {
      throw new CancellationException("the search was asked to stop");
    }
    LOG.info("{} begins: {}", EVALUATION, plan.key());
    long start = System.nanoTime();
    Evaluation evaluation = scored(plan, lowered(plan, ready), ladder);
    store.record(evaluation, (System.nanoTime() - start) / 1e9);
    return evaluation;
  }

  private Evaluation scored(Plan plan, LoweredPlan lowered, Ladder ladder) {
    Latency latency =
        store
            .findLatency(lowered.kernelSignature())
            .or(() -> Optional.ofNullable(foreseen.get(lowered.kernelSignature())))
            .orElseThrow(() -> new CancellationException("the plan was not timed before the stop"));
    long bytes = lowered.model().length;
    Energy energy = energy(lowered);
    Climbed climbed =
        evaluator(bench, plan)
            .climb(
                lowered.model(),
                bench.data().search(),
                ladder.mostNetLost(leastRatio(latency), bytes, energy));
    if (climbed.outcome() instanceof Outcome.Failed failed) {
      return Evaluation.failed(plan, lowered.kernelSignature(), failed.reason());
    }
    return new Evaluation(
        plan,
        Rounding.LIBRARY,
        climbed.outcome() instanceof Outcome.Scored scored ? scored.score() : null,
        latency,
        bytes,
        lowered.storedWeightBits(),
        lowered.kernelSignature(),
        /* failure= */ null,
        ladder.climb(climbed),
        energy);
  }

  /** The modelled energy of a plan's kernels; null where it does not count. */
  @Nullable Energy energy(LoweredPlan lowered) {
    Energy energy = latencies.energy(lowered).orElse(null);
    if (energy != null) {
      store.recordEnergy(lowered.kernelSignature(), energy);
    }
    return energy;
  }

  /** The score of a plan on a set of samples. */
  Outcome answers(Plan plan, LoweredPlan lowered, SampleSet samples) {
    return evaluator(bench, plan).score(lowered.model(), samples);
  }

  /** The evaluator that suits a plan: dynamic ranges make answers depend on batch mates. */
  static AccuracyEvaluator evaluator(Workbench bench, Plan plan) {
    boolean dynamic = false;
    for (Scheme scheme : plan.schemes()) {
      dynamic |= scheme.arithmetic() == Arithmetic.INTEGER_DYNAMIC;
    }
    return dynamic ? bench.deploymentEvaluator() : bench.evaluator();
  }

  /** Waits for all; when stopped in between, returns the evaluations before the first gap. */
  private List<Evaluation> finished(List<Plan> plans, Map<Plan, Future<Evaluation>> running) {
    List<Evaluation> evaluations = new ArrayList<>();
    boolean gap = false;
    for (Plan plan : plans) {
      Optional<Evaluation> evaluation =
          running.containsKey(plan) ? await(running.get(plan)) : store.find(plan);
      gap |= evaluation.isEmpty();
      if (!gap) {
        evaluations.add(evaluation.orElseThrow());
      }
    }
    return evaluations;
  }

  private static Optional<Evaluation> await(Future<Evaluation> future) {
    try {
      return Optional.of(Futures.await(future, () -> false));
    } catch (CancellationException e) {
      return Optional.empty();
    }
  }
}
