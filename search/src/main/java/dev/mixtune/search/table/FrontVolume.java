package dev.mixtune.search.table;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * The hypervolume of a front in two objectives, as a share of the box between an ideal and a
 * reference point.
 *
 * @param idealCost least cost of the box
 * @param idealDamage least damage of the box
 * @param referenceCost cost beyond which nothing counts
 * @param referenceDamage damage beyond which nothing counts
 */
public record FrontVolume(
    double idealCost, double idealDamage, double referenceCost, double referenceDamage) {

  public FrontVolume {
    if (!(idealCost < referenceCost) || !(idealDamage < referenceDamage)) {
      throw new IllegalArgumentException(
          "an empty box: costs "
              + idealCost
              + " to "
              + referenceCost
              + ", damages "
              + idealDamage
              + " to "
              + referenceDamage);
    }
  }

  /**
   * The usual box of an instance: from the cheapest plan's cost and the dearest plan's damage to
   * the dearest plan's cost and the cheapest plan's damage, without noise.
   */
  public static FrontVolume of(TableInstance instance) {
    TableShape shape = instance.shape();
    double low = instance.trueDamage(shape.dearest());
    double high = instance.trueDamage(shape.cheapest());
    return new FrontVolume(
        shape.cost(shape.cheapest()),
        low,
        shape.cost(shape.dearest()),
        high > low ? high : low + 1);
  }

  /** The share that these points dominate, 0..1; damages below the ideal count as the ideal. */
  public double of(Collection<TablePoint> points) {
    List<TablePoint> sorted =
        points.stream().sorted(Comparator.comparingDouble(TablePoint::cost)).toList();
    double area = 0;
    double height = 1;
    for (TablePoint point : sorted) {
      double x = Math.max(0, (point.cost() - idealCost) / (referenceCost - idealCost));
      double y = Math.max(0, (point.damage() - idealDamage) / (referenceDamage - idealDamage));
      if (x < 1 && y < height) {
        area += (1 - x) * (height - y);
        height = y;
      }
    }
    return area;
  }
}
