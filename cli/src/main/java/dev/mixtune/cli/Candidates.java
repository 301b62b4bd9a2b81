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
import java.util.Comparator;
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

  /** The part of the heap that models of a batch may take between lowering and scoring. */
  private static final int LOWERED_SHARE = 8;

  /** Begins the line of the log that stands for each evaluation that was begun. */
  static final String EVALUATION = "evaluation";

  private final Workbench bench;
  private final StudyStore store;
  private final PlanTimes times;
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
    this.times = new PlanTimes(context);
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
        times.ofContenders(
            run(plans, ladder(List.copyOf(told.values())), /* timed= */ false),
            List.copyOf(told.values()),
            () -> stop.requested());
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

  /** What plans take; of those that this search was told and of all others. */
  PlanTimes times() {
    return times;
  }

  /** Time that workers spent on candidates, all together. */
  long busyNanos() {
    return busyNanos.sum();
  }

  private List<Evaluation> run(List<Plan> plans, Ladder ladder, boolean timed) {
    times.beginBatch();
    Map<Plan, Future<Evaluation>> running = new HashMap<>();
    List<Plan> unknown = plans.stream().filter(plan -> store.find(plan).isEmpty()).toList();
    Map<Plan, Future<LoweredPlan>> lowered = new HashMap<>();
    long most = mostLoweredBytes(Runtime.getRuntime().maxMemory());
    if (!stop.requested() && unknown.size() * bench.network().fileBytes() <= most) {
      unknown.forEach(plan -> lowered.put(plan, work(() -> bench.lowering().lower(plan))));
    }
    for (Plan plan : unknown) {
      if (stop.requested()) {
        break;
      }
      time(plan, lowered, timed);
    }
    times.remember();
    for (Plan plan : longestFirst(unknown, lowered, ladder)) {
      running.put(plan, work(() -> score(plan, lowered.get(plan), ladder)));
    }
    return finished(plans, running);
  }

  /**
   * Bytes of a batch's models that are kept, so that each is lowered once; larger batches are
   * lowered again to be scored, which takes longer and changes nothing.
   *
   * @param heapBytes the most that the heap may take
   */
  static long mostLoweredBytes(long heapBytes) {
    return heapBytes / LOWERED_SHARE;
  }

  /**
   * The plans in the order of how many samples each may lose, most first: these are answered in
   * full, and the others, given up early, fill the workers' time at the end (longest processing
   * time first; Graham 1969). Nobody's outcome depends on the order.
   */
  private List<Plan> longestFirst(
      List<Plan> plans, Map<Plan, Future<LoweredPlan>> ready, Ladder ladder) {
    if (stop.requested() || ready.size() < plans.size()) {
      return plans;
    }
    Map<Plan, Integer> mayLose = new HashMap<>();
    ready.forEach(
        (plan, future) -> mayLose.put(plan, mayLose(Futures.await(future, () -> false), ladder)));
    return plans.stream()
        .sorted(Comparator.comparing(mayLose::get, Comparator.reverseOrder()))
        .toList();
  }

  private int mayLose(LoweredPlan lowered, Ladder ladder) {
    return times
        .known(lowered)
        .map(
            latency ->
                ladder.mostNetLost(
                    times.leastRatio(latency), lowered.model().length, times.energy(lowered)))
        .orElse(Integer.MAX_VALUE);
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
      if (timed) {
        times.latency(lowered);
      } else {
        times.foresee(lowered);
      }
    } catch (RuntimeFailure e) {
      store.record(Evaluation.failed(plan, "", "it cannot be timed: " + e.getMessage()));
    } catch (CancellationException e) {
      times.requireStop(e);
    }
  }

  /** Lowered already, or now where the models of a batch would take too much memory. */
  private LoweredPlan lowered(Plan plan, @Nullable Future<LoweredPlan> ready) {
    return ready == null ? bench.lowering().lower(plan) : Futures.await(ready, () -> false);
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
        times
            .known(lowered)
            .orElseThrow(() -> new CancellationException("the plan was not timed before the stop"));
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
