package dev.mixtune.benchmarks;

import dev.mixtune.search.table.Benchmarked;
import dev.mixtune.search.table.FrontVolume;
import dev.mixtune.search.table.TablePoint;
import java.util.List;

/**
 * The hypervolume of what was evaluated so far, as a share of the best known front's.
 *
 * @param competitor who searched
 * @param budget the most evaluations it was told
 * @param seed of the run
 * @param at numbers of unique evaluations
 * @param shares the share at each of them
 */
record Curve(String competitor, int budget, long seed, List<Integer> at, List<Double> shares) {

  Curve {
    at = List.copyOf(at);
    shares = List.copyOf(shares);
  }

  /** Judges the points of a run: the front is chosen by the answers and judged by the truth. */
  static Curve of(
      String competitor,
      int budget,
      long seed,
      List<TablePoint> points,
      Benchmarked instance,
      double best,
      List<Integer> at) {
    FrontVolume box = instance.box();
    List<Double> shares =
        at.stream()
            .map(
                count ->
                    box.of(
                            TablePoint.front(points.subList(0, Math.min(count, points.size())))
                                .stream()
                                .map(point -> judged(point, instance))
                                .toList())
                        / best)
            .toList();
    return new Curve(competitor, budget, seed, at, shares);
  }

  private static TablePoint judged(TablePoint point, Benchmarked instance) {
    int[] plan = point.plan().stream().mapToInt(Integer::intValue).toArray();
    return new TablePoint(point.plan(), point.cost(), instance.trueDamage(plan));
  }
}
