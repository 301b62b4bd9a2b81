package dev.mixtune.cli;

import dev.mixtune.engine.lowering.LoweredPlan;
import dev.mixtune.results.StudyStore;
import dev.mixtune.search.Evaluation;
import dev.mixtune.search.Stop;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;

/**
 * Times what could be on the frontier, on a host, while other workers score.
 *
 * <p>A plan is timed in turn with the float model, so that what slows both down cancels. Whether it
 * does is measured: the uniform plans are timed alone before the search, and once more in company.
 * Where that reads otherwise, plans wait for the end of their batch.
 */
final class ContenderTimes {
  /** Uniform plans that tell whether company matters. */
  private static final int MOST_COMPARED = 5;

  private final StudyContext context;
  private final StudyStore store;
  private final PlanTimes times;
  private final Stopwatch stopwatch;
  private final boolean isHost;
  private final boolean inCompany;

  /** Plans of this batch that wait to be timed alone. */
  private final Queue<Evaluation> waiting = new ConcurrentLinkedQueue<>();

  /** What plans of this batch compete with; guarded by this. */
  private Contention contention;

  private Stop stop = () -> false;

  /**
   * @param times measures and remembers
   * @param stopwatch of the study
   */
  ContenderTimes(StudyContext context, PlanTimes times, Stopwatch stopwatch) {
    this.context = context;
    this.store = context.store();
    this.times = times;
    this.stopwatch = stopwatch;
    this.isHost = context.latencies() instanceof HostLatency;
    this.inCompany = context.options().workerCount() > 1;
    this.contention = new Contention(context.options().objectiveSet(), List.of());
  }

  /**
   * No worker is busy with a plan.
   *
   * @param told what the plans of this batch compete with
   * @param whenToStop when nothing more may be timed
   */
  synchronized void beginBatch(Collection<Evaluation> told, Stop whenToStop) {
    contention = new Contention(context.options().objectiveSet(), told);
    stop = whenToStop;
  }

  /**
   * Times a plan that was just scored and has its time from a prediction, if it matters: perhaps on
   * another worker's thread, and over when no worker is busy any more; or at the end of the batch.
   *
   * @param lowered the plan, asked for when it is timed
   */
  void time(Evaluation evaluation, Supplier<LoweredPlan> lowered) {
    if (!isHost || evaluation.score() == null || !Contention.isPredicted(evaluation)) {
      return;
    }
    if (!isCompanyUsable()) {
      waiting.add(evaluation);
    } else if (matters(evaluation) && times.probe(lowered.get())) {
      stopwatch.bring(() -> contend(evaluation, lowered, inCompany));
    }
  }

  private void contend(Evaluation evaluation, Supplier<LoweredPlan> lowered, boolean withOthers) {
    // Another one may have been timed since.
    if (matters(evaluation)) {
      times.timeProbed(lowered.get(), withOthers);
      store
          .find(evaluation.plan(), evaluation.rounding())
          .ifPresent(
              now -> {
                synchronized (this) {
                  contention.add(now);
                }
              });
    }
  }

  private synchronized boolean matters(Evaluation evaluation) {
    return !stop.requested() && contention.mayMatter(evaluation);
  }

  /** Times what waits to be timed alone; no worker is busy any more. */
  void endBatch() {
    for (Evaluation next : contention.fastestFirst(List.copyOf(waiting))) {
      if (matters(next)) {
        LoweredPlan lowered = context.bench().lowering().lower(next.plan());
        if (times.probe(lowered)) {
          contend(next, () -> lowered, /* withOthers= */ false);
        }
      }
    }
    waiting.clear();
  }

  /** Whether plans may be timed while others are scored. */
  boolean isCompanyUsable() {
    return !isHost || !inCompany || times.company().isAdmissible();
  }

  /**
   * Times plans once more that were timed alone, this time while all other workers are busy with
   * the first of them, and notes what that reads; once for each number of workers.
   *
   * @param plans uniform ones
   */
  void compare(List<Evaluation> plans) {
    if (!isHost || !inCompany || times.company().isCompared()) {
      return;
    }
    List<LoweredPlan> lowered =
        plans.stream()
            .filter(plan -> !plan.isFailed() && !Contention.isPredicted(plan))
            .limit(MOST_COMPARED)
            .map(plan -> context.bench().lowering().lower(plan.plan()))
            .toList();
    if (!lowered.isEmpty()) {
      try (BusyWorkers others = new BusyWorkers(context, lowered.get(0))) {
        for (LoweredPlan plan : lowered) {
          if (others.areBusy() && !context.deadline().isInterrupted()) {
            times.compareInCompany(plan);
          }
        }
      }
    }
  }
}
