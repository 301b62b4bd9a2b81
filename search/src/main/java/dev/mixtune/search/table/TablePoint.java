package dev.mixtune.search.table;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * An evaluated plan.
 *
 * @param plan one option index per layer
 * @param cost of the plan
 * @param damage as answered
 */
public record TablePoint(List<Integer> plan, double cost, double damage) {

  public TablePoint {
    plan = List.copyOf(plan);
  }

  /** The points that no other one beats, from the cheapest to the dearest; one per position. */
  public static List<TablePoint> front(Collection<TablePoint> points) {
    List<TablePoint> sorted = new ArrayList<>(points);
    sorted.sort(
        Comparator.comparingDouble(TablePoint::cost)
            .thenComparingDouble(TablePoint::damage)
            .thenComparing(point -> point.plan().toString()));
    List<TablePoint> front = new ArrayList<>();
    double least = Double.POSITIVE_INFINITY;
    for (TablePoint point : sorted) {
      if (point.damage() < least) {
        front.add(point);
        least = point.damage();
      }
    }
    return front;
  }
}
