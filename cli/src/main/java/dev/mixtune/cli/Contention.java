package dev.mixtune.cli;

import dev.mixtune.engine.Basis;
import dev.mixtune.engine.Latency;
import dev.mixtune.engine.PairedScore;
import dev.mixtune.search.Evaluation;
import dev.mixtune.search.Objective;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * Which scored plans are worth timing: those that no plan with a known time beats, were they as
 * fast as their prediction allows.
 */
final class Contention {
  private final Set<Objective> objectives;
  private final List<Evaluation> known = new ArrayList<>();

  /**
   * @param told evaluations so far
   */
  Contention(Set<Objective> objectives, Collection<Evaluation> told) {
    this.objectives = objectives;
    told.forEach(this::add);
  }

  /** Takes a plan in, which counts against others unless its time is only predicted. */
  void add(Evaluation evaluation) {
    if (!evaluation.isFailed() && !isPredicted(evaluation)) {
      known.add(evaluation);
    }
  }

  /** Whether the time is a prediction and was not measured. */
  static boolean isPredicted(Evaluation evaluation) {
    Latency latency = evaluation.latency();
    return latency != null && latency.basis() == Basis.MODELLED;
  }

  /** The least ratio that is likely: predictions lie within their error 95 times of 100. */
  static double leastRatio(Latency latency) {
    return latency.basis() == Basis.MODELLED
        ? latency.ratio() * (1 - Math.min(0.5, latency.relativeError()))
        : latency.ratio();
  }

  /** In the order in which they should be timed: what is fast beats more. */
  List<Evaluation> fastestFirst(List<Evaluation> evaluations) {
    return evaluations.stream()
        .sorted(
            Comparator.comparingDouble(
                e -> e.latency() == null ? Double.POSITIVE_INFINITY : leastRatio(e.latency())))
        .toList();
  }

  /** Whether no known plan is surely as good in everything and better in something. */
  boolean mayMatter(Evaluation evaluation) {
    return !evaluation.isFailed() && known.stream().noneMatch(other -> beats(other, evaluation));
  }

  private boolean beats(Evaluation other, Evaluation evaluation) {
    boolean better = false;
    for (Objective objective : objectives) {
      double mine = value(objective, evaluation);
      double its = value(objective, other);
      if (its > mine) {
        return false;
      }
      better |= its < mine;
    }
    return better;
  }

  private static double value(Objective objective, Evaluation evaluation) {
    PairedScore score = evaluation.score();
    Latency latency = evaluation.latency();
    if (score == null || latency == null) {
      throw new IllegalArgumentException("a failed plan contends for nothing");
    }
    return switch (objective) {
      case ACCURACY -> score.drop();
      case LATENCY -> leastRatio(latency);
      case SIZE -> evaluation.sizeBytes();
      case ENERGY ->
          evaluation.energy() == null ? Double.POSITIVE_INFINITY : evaluation.energy().ratio();
    };
  }
}
