package dev.mixtune.cli;

import dev.mixtune.engine.Basis;
import dev.mixtune.engine.Latency;
import dev.mixtune.engine.PairedScore;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.runtime.RuntimeFailure;
import dev.mixtune.evaluators.Outcome;
import dev.mixtune.evaluators.SampleSet;
import dev.mixtune.search.Evaluation;
import dev.mixtune.search.Evaluator;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.function.ToLongFunction;

/**
 * Scores plans by the KL divergence of the softmax of their outputs from the float model's, as a
 * drop: labels play no part. Each plan is run once, however often it is asked for.
 */
final class KlScores implements Evaluator {
  private static final Latency SAME_FOR_ALL = new Latency(1, 1, 0, Basis.MODELLED);

  private final Workbench bench;
  private final SampleSet samples;
  private final ToLongFunction<Plan> size;
  private final ExecutorService workers;
  private final BooleanSupplier stop;
  private final Map<Plan, Evaluation> known = new LinkedHashMap<>();

  /**
   * @param size of a plan, in the unit of the menus
   * @param workers one plan per task
   * @param stop ends the work by a {@link CancellationException}
   */
  KlScores(
      Workbench bench,
      SampleSet samples,
      ToLongFunction<Plan> size,
      ExecutorService workers,
      BooleanSupplier stop) {
    this.bench = bench;
    this.samples = samples;
    this.size = size;
    this.workers = workers;
    this.stop = stop;
  }

  @Override
  public List<Evaluation> evaluate(List<Plan> plans) {
    Map<Plan, Future<Evaluation>> running = new LinkedHashMap<>();
    for (Plan plan : plans) {
      if (!known.containsKey(plan)) {
        running.put(plan, workers.submit(() -> score(plan)));
      }
    }
    running.forEach((plan, future) -> known.put(plan, Futures.await(future, stop)));
    List<Evaluation> evaluations = new ArrayList<>();
    plans.forEach(plan -> evaluations.add(known.get(plan)));
    return evaluations;
  }

  private Evaluation score(Plan plan) {
    if (stop.getAsBoolean()) {
      throw new CancellationException("stopped by the user");
    }
    Outcome outcome;
    try {
      outcome =
          Candidates.evaluator(bench, plan).score(bench.lowering().lower(plan).model(), samples);
    } catch (RuntimeFailure e) {
      outcome = new Outcome.Failed(String.valueOf(e.getMessage()));
    }
    if (outcome instanceof Outcome.Scored scored) {
      double kl = scored.closeness().kl();
      PairedScore score = new PairedScore(samples.size(), 0, -kl, kl, kl, 0, 0, 0);
      return new Evaluation(plan, score, SAME_FOR_ALL, size.applyAsLong(plan), 0, "", null);
    }
    return Evaluation.failed(plan, "", ((Outcome.Failed) outcome).reason());
  }

  /** Everything run so far, in the order in which it was asked for. */
  List<Evaluation> known() {
    return List.copyOf(known.values());
  }

  /** The KL divergence of one plan; infinite when it failed. */
  double kl(Plan plan) {
    return kl(evaluate(List.of(plan)).get(0));
  }

  static double kl(Evaluation evaluation) {
    return evaluation.score() == null ? Double.POSITIVE_INFINITY : evaluation.score().drop();
  }
}
