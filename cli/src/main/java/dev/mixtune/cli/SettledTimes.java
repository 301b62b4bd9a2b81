package dev.mixtune.cli;

import dev.mixtune.engine.lowering.LoweredPlan;
import dev.mixtune.results.StudyStore;
import dev.mixtune.search.Dominance;
import dev.mixtune.search.Evaluation;
import dev.mixtune.search.Frontier;
import java.util.IdentityHashMap;
import java.util.List;

/**
 * Settles the times of a host's frontier when the search is over and nothing else runs: what could
 * be there and has its time from a prediction is timed, and what was timed in company is timed
 * again. Only the user can stop that; then the others keep what they have.
 */
final class SettledTimes {
  private final StudyStore store;
  private final PlanTimes times;
  private final StudyContext context;

  /**
   * @param times of the search
   */
  SettledTimes(StudyContext context, PlanTimes times) {
    this.context = context;
    this.store = context.store();
    this.times = times;
  }

  /**
   * The evaluations as they are then, in the same order.
   *
   * @param dominance says what is on the frontier
   */
  List<Evaluation> of(List<Evaluation> evaluations, Dominance dominance) {
    if (!(context.latencies() instanceof HostLatency)) {
      return evaluations;
    }
    List<Evaluation> settled = recordedAndTimed(evaluations);
    List<Evaluation> again = fromCompany(settled, dominance);
    // What one round slows down may let others onto the frontier.
    while (!again.isEmpty() && !isStopped()) {
      for (Evaluation evaluation : again) {
        // Plans of the same kernels are timed once for all.
        if (isFromCompany(evaluation) && !isStopped()) {
          times.timeAgain(evaluation);
        }
      }
      settled = recordedAndTimed(settled);
      again = fromCompany(settled, dominance);
    }
    times.remember();
    return settled;
  }

  private List<Evaluation> recordedAndTimed(List<Evaluation> evaluations) {
    return withContendersTimed(evaluations.stream().map(this::asRecorded).toList());
  }

  private List<Evaluation> fromCompany(List<Evaluation> evaluations, Dominance dominance) {
    return Frontier.of(evaluations, dominance).stream().filter(this::isFromCompany).toList();
  }

  private boolean isFromCompany(Evaluation evaluation) {
    return !Contention.isPredicted(evaluation)
        && times.company().contains(evaluation.kernelSignature());
  }

  private List<Evaluation> withContendersTimed(List<Evaluation> evaluations) {
    IdentityHashMap<Evaluation, Evaluation> timed = new IdentityHashMap<>();
    Contention rivals = new Contention(context.options().objectiveSet(), evaluations);
    for (Evaluation evaluation : rivals.fastestFirst(evaluations)) {
      if (Contention.isPredicted(evaluation) && rivals.mayMatter(evaluation) && !isStopped()) {
        LoweredPlan lowered = context.bench().lowering().lower(evaluation.plan());
        if (times.probe(lowered)) {
          times.timeProbed(lowered, /* withOthers= */ false);
        }
        Evaluation now = asRecorded(evaluation);
        timed.put(evaluation, now);
        rivals.add(now);
      }
    }
    return evaluations.stream().map(e -> timed.getOrDefault(e, e)).toList();
  }

  private Evaluation asRecorded(Evaluation evaluation) {
    return store.find(evaluation.plan(), evaluation.rounding()).orElse(evaluation);
  }

  private boolean isStopped() {
    return context.deadline().isInterrupted();
  }
}
