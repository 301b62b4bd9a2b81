package dev.mixtune.cli;

import dev.mixtune.engine.Plan;
import dev.mixtune.engine.lowering.LoweredPlan;
import dev.mixtune.search.Objective;
import java.time.Duration;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/** Times whole networks before the search, so that it need not time every plan. */
final class TimingStep {
  /** The most that timing by design may take, and the part of the time that is left. */
  private static final Duration MOST_FOR_DESIGN = Duration.ofMinutes(5);

  private static final int PART_FOR_DESIGN = 20;
  private static final int MOST_DESIGNED = 400;
  private static final int DESIGNED_BETWEEN_NOTES = 16;

  /** Error at 95 % of unseen plans at which more designed runs would bring little. */
  private static final double WANTED_ERROR = 0.05;

  private final StudyContext context;
  private final Workbench bench;
  private final Deadline deadline;
  private Duration start = Duration.ZERO;
  private Duration most = MOST_FOR_DESIGN;

  TimingStep(StudyContext context) {
    this.context = context;
    this.bench = context.bench();
    this.deadline = context.deadline();
  }

  /**
   * Times whole networks by a design, so that the time of plans can be predicted. What an earlier
   * run of the study timed is learned from instead.
   */
  void run() {
    if (!(context.latencies() instanceof HostLatency host)
        || !context.options().objectiveSet().contains(Objective.LATENCY)) {
      return;
    }
    HostPredictions predictions = host.predictions();
    Set<String> timed = new HashSet<>();
    context
        .store()
        .document(StudyMemory.TIMED_PLANS)
        .ifPresent(
            before ->
                predictions.recall(
                    before,
                    plan -> {
                      LoweredPlan lowered = bench.lowering().lower(plan);
                      timed.add(lowered.kernelSignature());
                      return lowered.kernels();
                    }));
    if (context.memory().isDesignTimed()) {
      return;
    }
    KernelChoices choices = KernelChoices.of(bench.network(), context.menus()::offered);
    start = deadline.elapsed();
    most =
        deadline
            .left()
            .map(left -> left.dividedBy(PART_FOR_DESIGN))
            .filter(part -> part.compareTo(MOST_FOR_DESIGN) < 0)
            .orElse(MOST_FOR_DESIGN);
    new DesignedRuns(choices, context.options().seed)
        .run(
            predictions,
            stopwatch(host),
            WANTED_ERROR,
            MOST_DESIGNED,
            timed::contains,
            () -> deadline.requested() || deadline.elapsed().minus(start).compareTo(most) > 0);
    predictions.refit();
    context.store().putDocument(StudyMemory.TIMED_PLANS, predictions.write());
    if (!deadline.isInterrupted()) {
      context.memory().rememberDesign();
    }
    context.console().say(DesignedRuns.sentence(predictions, deadline.elapsed().minus(start)));
  }

  private DesignedRuns.Stopwatch stopwatch(HostLatency host) {
    GuardedTiming timing = new GuardedTiming(context.memory(), bench::probe);
    return new DesignedRuns.Stopwatch() {
      @Override
      public LoweredPlan lowered(Plan plan) {
        return bench.lowering().lower(plan);
      }

      @Override
      public void time(LoweredPlan lowered) {
        double ratio =
            timing.time(lowered, () -> host.latency(lowered, DesignedRuns.TIMING)).ratio();
        host.predictions().learn(lowered.plan(), lowered.kernels(), ratio);
        show(host.predictions().plans());
        if (host.predictions().plans() % DESIGNED_BETWEEN_NOTES == 0) {
          context.store().putDocument(StudyMemory.TIMED_PLANS, host.predictions().write());
        }
      }
    };
  }

  private void show(int plans) {
    double share =
        (double) deadline.elapsed().minus(start).toMillis() / Math.max(1, most.toMillis());
    context
        .console()
        .progress(
            "timing",
            Math.min(0.99, share),
            null,
            String.format(Locale.ROOT, "%d plans for the latency model", plans));
  }
}
