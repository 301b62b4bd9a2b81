package dev.mixtune.search;

import dev.mixtune.engine.Plan;
import java.math.BigInteger;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Supplier;

/**
 * Pays for evaluations: asks the evaluator for plans that are not known yet, batch by batch, until
 * a limit is met.
 */
final class Batches {
  private final SearchSpace space;
  private final SearchSettings settings;
  private final Archive archive;
  private final Evaluator evaluator;
  private final Stop stop;
  private final ProgressListener listener;
  private final BigInteger combinations;
  private int generation;
  private Supplier<OptionalDouble> rankCorrelation = OptionalDouble::empty;

  Batches(
      SearchSpace space,
      SearchSettings settings,
      Archive archive,
      Evaluator evaluator,
      Stop stop,
      ProgressListener listener) {
    this.space = space;
    this.settings = settings;
    this.archive = archive;
    this.evaluator = evaluator;
    this.stop = stop;
    this.listener = listener;
    this.combinations = space.combinations();
  }

  /** Says to which generation the next batches belong. */
  void enter(int number) {
    generation = number;
  }

  /** Says who knows how well the latest predictions ranked what was measured. */
  void judgeBy(Supplier<OptionalDouble> correlation) {
    rankCorrelation = correlation;
  }

  /** Evaluates those of the plans that are not known, as far as the limits allow. */
  void evaluate(Collection<Plan> plans) {
    List<Plan> fresh = plans.stream().distinct().filter(plan -> !archive.knows(plan)).toList();
    int size = settings.populationSize();
    for (int from = 0; from < fresh.size() && limit().isEmpty(); from += size) {
      int left = settings.maxEvaluations() - archive.size();
      int to = Math.min(fresh.size(), from + Math.min(size, left));
      if (!record(fresh.subList(from, to))) {
        return;
      }
    }
  }

  /** Which limit is met, if any. Asked between batches. */
  Optional<Ending> limit() {
    if (BigInteger.valueOf(archive.sizeInsideSpace()).equals(combinations)) {
      return Optional.of(Ending.EXHAUSTED);
    }
    if (archive.size() >= settings.maxEvaluations()) {
      return Optional.of(Ending.MAX_EVALUATIONS);
    }
    return stop.requested() ? Optional.of(Ending.BUDGET) : Optional.empty();
  }

  /** All plans not evaluated yet when they fit in one batch, otherwise none. */
  List<Plan> lastFew() {
    BigInteger left = combinations.subtract(BigInteger.valueOf(archive.sizeInsideSpace()));
    return left.compareTo(BigInteger.valueOf(settings.populationSize())) > 0
        ? List.of()
        : space.enumerate().stream().filter(plan -> !archive.knows(plan)).toList();
  }

  Progress progress() {
    List<Evaluation> frontier = archive.frontier();
    double hypervolume =
        Hypervolume.of(frontier, archive.dominance().objectives(), settings.reference());
    return new Progress(
        generation, archive.size(), frontier.size(), hypervolume, rankCorrelation.get());
  }

  /** Returns false when the evaluator was stopped in between. */
  private boolean record(List<Plan> batch) {
    List<Evaluation> evaluations = evaluator.evaluate(batch);
    if (evaluations.size() > batch.size()) {
      throw new IllegalStateException(
          evaluations.size() + " evaluations of " + batch.size() + " plans");
    }
    for (int i = 0; i < evaluations.size(); i++) {
      if (!evaluations.get(i).plan().equals(batch.get(i))) {
        throw new IllegalStateException(
            "asked for " + batch.get(i).key() + ", got " + evaluations.get(i).plan().key());
      }
      archive.add(evaluations.get(i));
    }
    listener.progressed(progress());
    boolean whole = evaluations.size() == batch.size();
    if (!whole && !stop.requested()) {
      throw new IllegalStateException(
          "only " + evaluations.size() + " of " + batch.size() + " plans, but no stop was asked");
    }
    return whole;
  }
}
