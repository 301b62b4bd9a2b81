package dev.mixtune.cli;

import dev.mixtune.engine.Latency;
import dev.mixtune.engine.fitting.FittingProgress;
import dev.mixtune.engine.lowering.LoweredPlan;
import dev.mixtune.engine.runtime.RuntimeFailure;
import dev.mixtune.evaluators.Outcome;
import dev.mixtune.results.StudyStore;
import dev.mixtune.search.Evaluation;
import dev.mixtune.search.Rounding;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rounds plans of the frontier again, each in its own context, and scores them anew: another
 * evaluation with a row, an id and a file of its own, beside the one with the library's weights.
 *
 * <p>The file is on disk before the row is, so that a row without its file never comes from a kill.
 * What is recorded already is not made again.
 */
final class Refinement {
  private static final Logger LOG = LoggerFactory.getLogger(Refinement.class);

  private final StudyContext context;
  private final Candidates candidates;
  private final StudyStore store;
  private final Deadline deadline;
  private Duration longest = Duration.ZERO;

  /**
   * @param candidates times the kernels and scores the answers
   */
  Refinement(StudyContext context, Candidates candidates) {
    this.context = context;
    this.candidates = candidates;
    this.store = context.store();
    this.deadline = context.deadline();
  }

  /**
   * Goes through the plans until they, the allowed number or the time is spent, or the gains add up
   * to nothing. Which plans it takes depends on scores alone, unless time is short.
   *
   * @param plans evaluations with the library's weights, the most promising first
   * @param most how many plans at most, those counted that are recorded already
   */
  void run(List<Evaluation> plans, int most) {
    RefinementTally tally = new RefinementTally(List.of());
    int count = Math.min(most, plans.size());
    for (int i = 0; i < count && !tally.isHopeless(); i++) {
      Evaluation before = plans.get(i);
      Optional<Evaluation> after = store.find(before.plan(), Rounding.CONTEXT);
      if (after.isEmpty() && hasTime()) {
        after = inContext(before, i, count);
      }
      if (after.isEmpty()) {
        LOG.info("no time for more than {} of {} plans in context", i, count);
        return;
      }
      tally = tally.with(before, after.get());
    }
    LOG.info("{} gains in context: {}", tally.gains().size(), tally.gains());
  }

  /** Whether a plan that takes as long as the longest so far would end in time. */
  private boolean hasTime() {
    boolean enough = deadline.left().map(left -> left.compareTo(longest) > 0).orElse(true);
    return enough && !deadline.requested();
  }

  private Optional<Evaluation> inContext(Evaluation before, int done, int count) {
    Duration start = deadline.elapsed();
    try {
      recorded(before, progress(done, count));
    } catch (CancellationException e) {
      LOG.info("stopped while {} was rounded in its context", before.id());
      return Optional.empty();
    }
    Duration taken = deadline.elapsed().minus(start);
    longest = taken.compareTo(longest) > 0 ? taken : longest;
    context.memory().rememberElapsed(deadline.elapsed());
    return store.find(before.plan(), Rounding.CONTEXT);
  }

  /** Hears from the rounding after each layer, which is where it can be stopped. */
  private FittingProgress progress(int done, int count) {
    return (layer, layers, name) -> {
      if (deadline.requested()) {
        throw new CancellationException("no more time to round");
      }
      double share = (done + (double) layer / layers) / count;
      context
          .console()
          .progress(
              "in context",
              Math.min(0.99, share),
              remaining(count - done),
              String.format(Locale.ROOT, "plan %d of %d", done + 1, count));
    };
  }

  /** Unknown before the first plan. */
  private @Nullable Duration remaining(int plans) {
    if (longest.isZero()) {
      return null;
    }
    Duration all = longest.multipliedBy(plans);
    return deadline.left().filter(left -> left.compareTo(all) < 0).orElse(all);
  }

  private void recorded(Evaluation before, FittingProgress progress) {
    LOG.info("{} in context begins: {}", Candidates.EVALUATION, before.plan().key());
    long start = System.nanoTime();
    LoweredPlan lowered;
    try {
      lowered = context.bench().loweredInContext(before.plan(), context.workers(), progress);
    } catch (RuntimeFailure e) {
      String reason = "it cannot be rounded in its context: " + e.getMessage();
      store.record(failed(before, before.kernelSignature(), reason), seconds(start));
      return;
    }
    Evaluation named = failed(before, lowered.kernelSignature(), "not scored yet");
    String sha256 = PointModels.keep(context.folder(), named.id(), lowered.model());
    store.record(scored(before, lowered), seconds(start), sha256);
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  private Evaluation scored(Evaluation before, LoweredPlan lowered) {
    try {
      // The same kernels as before: this only looks the latency up.
      Latency latency = candidates.times().latency(lowered);
      Outcome outcome = Futures.await(answers(lowered), deadline::isInterrupted);
      return outcome instanceof Outcome.Failed failure
          ? failed(before, lowered.kernelSignature(), failure.reason())
          : new Evaluation(
                  before.plan(),
                  Rounding.CONTEXT,
                  ((Outcome.Scored) outcome).score(),
                  latency,
                  lowered.model().length,
                  lowered.storedWeightBits(),
                  lowered.kernelSignature(),
                  null)
              .withEnergy(candidates.times().energy(lowered));
    } catch (RuntimeFailure e) {
      return failed(before, lowered.kernelSignature(), "it cannot be timed: " + e.getMessage());
    }
  }

  private Future<Outcome> answers(LoweredPlan lowered) {
    return context
        .workers()
        .submit(() -> candidates.answers(lowered.plan(), lowered, context.bench().data().search()));
  }

  private static Evaluation failed(Evaluation before, String signature, String reason) {
    return new Evaluation(before.plan(), Rounding.CONTEXT, null, null, 0, 0, signature, reason);
  }
}
