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
import dev.mixtune.results.StudyStore;
import dev.mixtune.search.Evaluation;
import dev.mixtune.search.Evaluator;
import dev.mixtune.search.Objective;
import dev.mixtune.search.Rounding;
import dev.mixtune.search.Stop;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Scores plans on the search split. What the journal knows is taken from there; each other plan is
 * one task of a worker, which lowers it, foresees its time, scores its answers as far up the
 * fidelity ladder as it has a chance, and times it where it could be on the frontier. Each
 * evaluation is on disk when it ends.
 */
final class Candidates implements Evaluator {
  private static final Logger LOG = LoggerFactory.getLogger(Candidates.class);

  /** Of the heap, what one model may take while it waits to be timed. */
  private static final int WAITING_PARTS = 64;

  /** Begins the line of the log that stands for each evaluation that was begun. */
  static final String EVALUATION = "evaluation";

  private final Workbench bench;
  private final StudyStore store;
  private final Stopwatch stopwatch = new Stopwatch();
  private final PlanTimes times;
  private final ContenderTimes contenders;
  private final ExecutorService workers;
  private final Deadline deadline;
  private final Set<Objective> objectives;
  private final AtomicBoolean cutShort = new AtomicBoolean();
  private final LongAdder busyNanos = new LongAdder();

  /** What this search was told so far, in its own order, whatever else the journal holds. */
  private final Map<Plan, Evaluation> told = new LinkedHashMap<>();

  private final Stop budget;
  private volatile Stop stop;

  /**
   * @param budget when nothing more may be paid for
   */
  Candidates(StudyContext context, Stop budget) {
    this.bench = context.bench();
    this.store = context.store();
    this.times = new PlanTimes(context, stopwatch);
    this.contenders = new ContenderTimes(context, times, stopwatch);
    this.workers = context.workers();
    this.deadline = context.deadline();
    this.objectives = context.options().objectiveSet();
    this.budget = budget;
    this.stop = budget;
  }

  /** Scores the plans even when the budget is spent; only the user can stop that. */
  void evaluateWhateverTheBudget(List<Plan> plans) {
    stop = deadline::isInterrupted;
    // They are what all others are compared with: nothing else runs while they are timed.
    plans.stream().filter(plan -> store.find(plan).isEmpty()).forEach(this::timeAlone);
    List<Evaluation> scored = run(plans, ladder(List.of()));
    contenders.compare(scored);
    scored.forEach(evaluation -> told.putIfAbsent(evaluation.plan(), evaluation));
    stop = budget;
    LOG.info("{} of {} uniform plans scored", scored.size(), plans.size());
  }

  /**
   * The stop for the search: it is asked to end once a plan was wanted that is not known and may
   * not be paid for any more. What is known is always answered, so that a study that goes on after
   * its budget finds all it had; on the host as far as what was timed last reads as predicted.
   */
  Stop whenCutShort() {
    return cutShort::get;
  }

  @Override
  public List<Evaluation> evaluate(List<Plan> plans) {
    List<Evaluation> evaluations = run(plans, ladder(List.copyOf(told.values())));
    evaluations.forEach(evaluation -> told.putIfAbsent(evaluation.plan(), evaluation));
    cutShort.compareAndSet(false, evaluations.size() < plans.size());
    return evaluations;
  }

  private Ladder ladder(List<Evaluation> known) {
    return new Ladder(known, objectives, bench.data().search().size());
  }

  /** What plans take; of those that this search was told and of all others. */
  PlanTimes times() {
    return times;
  }

  /** Time that workers spent on candidates, all together; waiting for the stopwatch is none. */
  long busyNanos() {
    return busyNanos.sum() - stopwatch.waitedNanos();
  }

  private List<Evaluation> run(List<Plan> plans, Ladder ladder) {
    times.beginBatch();
    contenders.beginBatch(told.values(), () -> stop.requested());
    List<Plan> unknown = plans.stream().filter(plan -> store.find(plan).isEmpty()).toList();
    if (!times.foreseesAll() && !contenders.isCompanyUsable()) {
      unknown.forEach(this::timeAlone);
    }
    Map<Plan, Future<Evaluation>> running = new HashMap<>();
    for (Plan plan : plans) {
      if (unknown.contains(plan)) {
        if (!stop.requested()) {
          running.put(plan, work(() -> score(plan, ladder)));
        }
      } else {
        store
            .find(plan)
            .filter(Contention::isPredicted)
            .ifPresent(known -> running.put(plan, work(() -> timed(known))));
      }
    }
    List<Evaluation> evaluations = finished(plans, running);
    contenders.endBatch();
    times.remember();
    return times.asSearched(evaluations);
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

  private void timeAlone(Plan plan) {
    if (stop.requested()) {
      return;
    }
    try {
      times.latency(bench.lowering().lower(plan));
    } catch (RuntimeFailure e) {
      recordUntimed(plan, e);
    } catch (CancellationException e) {
      times.requireStop(e);
    }
  }

  private void recordUntimed(Plan plan, RuntimeFailure reason) {
    store.record(Evaluation.failed(plan, "", "it cannot be timed: " + reason.getMessage()));
  }

  private Evaluation score(Plan plan, Ladder ladder) {
    Optional<Evaluation> failed = store.find(plan);
    if (failed.isPresent()) {
      return failed.get();
    }
    if (stop.requested()) {
      throw new CancellationException("the search was asked to stop");
    }
    LOG.info("{} begins: {}", EVALUATION, plan.key());
    LoweredPlan lowered = bench.lowering().lower(plan);
    try {
      times.foresee(lowered, () -> stop.requested());
    } catch (RuntimeFailure e) {
      recordUntimed(plan, e);
      return store.find(plan).orElseThrow();
    }
    long start = System.nanoTime();
    Evaluation evaluation = scored(plan, lowered, ladder);
    store.record(evaluation, (System.nanoTime() - start) / 1e9);
    contenders.time(evaluation, waiting(lowered));
    return evaluation;
  }

  /** The plan while it waits to be timed: small ones are kept, large ones lowered again. */
  private Supplier<LoweredPlan> waiting(LoweredPlan lowered) {
    boolean small = lowered.model().length < Runtime.getRuntime().maxMemory() / WAITING_PARTS;
    return small ? () -> lowered : () -> bench.lowering().lower(lowered.plan());
  }

  /** Scored before the study went on, perhaps just before it was to be timed. */
  private Evaluation timed(Evaluation known) {
    contenders.time(known, () -> bench.lowering().lower(known.plan()));
    return known;
  }

  private Evaluation scored(Plan plan, LoweredPlan lowered, Ladder ladder) {
    Latency latency = times.known(lowered).orElseThrow();
    long bytes = lowered.model().length;
    Energy energy = times.energy(lowered);
    Climbed climbed =
        evaluator(bench, plan)
            .climb(
                lowered.model(),
                bench.data().search(),
                ladder.mostNetLost(times.leastRatio(latency), bytes, energy));
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
