package dev.mixtune.search;

import dev.mixtune.engine.Plan;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * The search: uniform plans, then plans handed in, then solved seeds, then evolution, until a limit
 * is met.
 *
 * <p>The plans asked for depend on the space, the settings, the warm start and the evaluations
 * alone. After a stop of any kind, running again with an evaluator that remembers replays the same
 * sequence up to the stop and goes on from there.
 */
public final class GeneticSearch {
  private static final int ANCHOR_BITS = 8;

  /** One generation may be a weak one; so many in a row are not worth their evaluations. */
  private static final int NOISY_GENERATIONS = 3;

  private final SearchSpace space;
  private final SearchSettings settings;
  private final List<Plan> warmStart;
  private final Archive archive;
  private final Batches batches;
  private final List<Progress> history = new ArrayList<>();

  /**
   * A search, not started.
   *
   * @param space what there is to choose from
   * @param settings how it runs
   * @param warmStart plans to try early, such as another study's frontier; those that the offered
   *     menus do not allow are passed over
   * @param evaluator scores plans; never asked for the same plan twice
   * @param stop asked between batches
   * @param listener told after each batch
   */
  public GeneticSearch(
      SearchSpace space,
      SearchSettings settings,
      List<Plan> warmStart,
      Evaluator evaluator,
      Stop stop,
      ProgressListener listener) {
    this.space = space;
    this.settings = settings;
    this.warmStart = List.copyOf(warmStart);
    this.archive = new Archive(space, Dominance.exact(settings.objectives()));
    this.batches = new Batches(space, settings, archive, evaluator, stop, listener);
  }

  /**
   * Runs to the end; call once.
   *
   * @throws IllegalStateException when the evaluator breaks its contract
   */
  public SearchResult run() {
    SortedMap<Integer, Plan> uniforms = UniformPlans.of(space);
    List<Plan> anchorFirst = anchorFirst(uniforms);
    batches.evaluate(anchorFirst);
    archive.judgeBy(
        Dominance.anchored(
            settings.objectives(),
            anchorFirst.stream().flatMap(plan -> archive.find(plan).stream()).toList()));
    batches.evaluate(warmStart.stream().filter(space::offers).toList());
    List<Plan> seeds = batches.limit().isEmpty() ? seeds() : List.of();
    // With a population to learn from, nothing need be paid for unseen.
    int unseen = Math.max(0, settings.generationSize(archive.size()) - archive.sizeInsideSpace());
    int first = Math.min(unseen, seeds.size());
    batches.evaluate(seeds.subList(0, first));
    history.add(batches.progress());
    Ending ending = evolve(new Guide(space, settings, archive, seeds.subList(first, seeds.size())));
    return new SearchResult(
        archive.evaluations(), archive.frontier(), archive.dominance(), uniforms, history, ending);
  }

  /** The first seeds are paid for unseen; the others must pass the surrogates. */
  private List<Plan> seeds() {
    return Seeds.of(space, settings.objectives(), settings.knapsackLimits(), settings.greedyPlans())
        .stream()
        .distinct()
        .filter(plan -> !archive.knows(plan))
        .filter(this::mayCount)
        .toList();
  }

  /** What stores more than the reference point's size allows adds nothing. */
  private boolean mayCount(Plan plan) {
    return !settings.objectives().contains(Objective.SIZE)
        || LeastDamage.bytes(space, plan) <= settings.reference().sizeBytes();
  }

  private Ending evolve(Guide guide) {
    Evolution evolution = new Evolution(space, settings, archive, batches, guide);
    batches.judgeBy(guide::judge);
    double best = history.get(0).hypervolume();
    long idle = 0;
    for (int generation = 1; ; generation++) {
      Optional<Ending> limit = batches.limit();
      if (limit.isPresent()) {
        return limit.get();
      }
      if (idle >= plansOf(settings.noProgressGenerations())) {
        return Ending.NO_PROGRESS;
      }
      if (guide.plansBelowNoise() >= plansOf(NOISY_GENERATIONS)) {
        return Ending.GAIN_BELOW_NOISE;
      }
      batches.enter(generation);
      int known = archive.size();
      List<Plan> lastFew = batches.lastFew();
      if (lastFew.isEmpty()) {
        evolution.breed(generation);
      } else {
        batches.evaluate(lastFew);
      }
      Progress progress = batches.progress();
      history.add(progress);
      double gain = progress.hypervolume() - best;
      int paid = archive.size() - known;
      // A generation that finds nothing to pay for counts as a whole one: there may be no more.
      idle += paid > 0 ? paid : settings.populationSize();
      if (gain > settings.minHypervolumeGain() * best) {
        idle = 0;
      }
      best = Math.max(best, progress.hypervolume());
    }
  }

  /** Patience is counted in plans, because generations grow. */
  private long plansOf(int generations) {
    return (long) generations * settings.populationSize();
  }

  /** The 8-bit plan first: latency ties are anchored at it. Then from the widest down. */
  private static List<Plan> anchorFirst(SortedMap<Integer, Plan> uniforms) {
    return uniforms.entrySet().stream()
        .sorted(Comparator.comparingInt(entry -> entry.getKey() == ANCHOR_BITS ? 0 : 1))
        .map(Map.Entry::getValue)
        .toList();
  }
}
