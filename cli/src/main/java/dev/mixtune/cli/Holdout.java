package dev.mixtune.cli;

import dev.mixtune.engine.PairedScore;
import dev.mixtune.evaluators.Outcome;
import dev.mixtune.results.StudyStore;
import dev.mixtune.search.Evaluation;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/** Scores plans on the holdout, a few ahead of the one that is asked for. */
final class Holdout {
  private final Workbench bench;
  private final PointModels models;
  private final StudyStore store;
  private final ExecutorService workers;
  private final Deadline deadline;
  private final int ahead;
  private final Console console;
  private final Map<String, Future<Outcome>> running = new HashMap<>();

  Holdout(StudyContext context) {
    this.bench = context.bench();
    this.models = new PointModels(context);
    this.store = context.store();
    this.workers = context.workers();
    this.deadline = context.deadline();
    this.ahead = context.options().workerCount();
    this.console = context.console();
  }

  /**
   * The outcome of an evaluated plan; starts the next ones of {@code order} side by side with it.
   * Once the whole budget is spent only what is known already is answered, and the first plan.
   *
   * @throws java.util.concurrent.CancellationException when the user asks to stop meanwhile
   */
  Outcome score(Evaluation plan, List<Evaluation> order) {
    boolean known = running.containsKey(plan.id()) || recorded(plan).isPresent();
    if (deadline.isOverdue() && !known && !running.isEmpty()) {
      return new Outcome.Failed("not scored on the holdout, the budget is spent");
    }
    int at = Math.max(0, order.indexOf(plan));
    console.progress(
        "certificate",
        (double) at / order.size(),
        null,
        "plan " + (at + 1) + " of " + order.size());
    order.subList(at, Math.min(order.size(), at + ahead)).forEach(this::start);
    start(plan);
    return Futures.await(
        Objects.requireNonNull(running.get(plan.id()), "just started"), deadline::isInterrupted);
  }

  private Optional<PairedScore> recorded(Evaluation plan) {
    return store.findHoldout(plan.plan(), plan.rounding());
  }

  /** A lost file is made again here: rounding needs the workers and cannot be one of them. */
  private void start(Evaluation plan) {
    if (!running.containsKey(plan.id())) {
      byte[] model = recorded(plan).isPresent() ? new byte[0] : models.lowered(plan).model();
      running.put(plan.id(), workers.submit(() -> outcome(plan, model)));
    }
  }

  private Outcome outcome(Evaluation plan, byte[] model) {
    Optional<PairedScore> known = recorded(plan);
    if (known.isPresent()) {
      return new Outcome.Scored(known.get(), NOT_KEPT);
    }
    Outcome outcome = Candidates.evaluator(bench, plan.plan()).score(model, bench.data().holdout());
    if (outcome instanceof Outcome.Scored scored) {
      store.recordHoldout(plan.plan(), plan.rounding(), scored.score());
    }
    return outcome;
  }

  /** Closeness is not kept in the study; the certificate does not look at it. */
  static final dev.mixtune.evaluators.Closeness NOT_KEPT =
      new dev.mixtune.evaluators.Closeness(0, 1, dev.mixtune.evaluators.Closeness.EXACT_DB);
}
