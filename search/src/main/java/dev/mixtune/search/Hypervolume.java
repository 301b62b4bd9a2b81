package dev.mixtune.search;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * The hypervolume indicator: the share of the box between the origin and a reference point that a
 * set of plans dominates, exact in any number of objectives.
 *
 * <p>Slices the box along the last objective and measures each slice in the others (HSO: While,
 * Hingston, Barone and Huband, "A faster algorithm for calculating hypervolume", IEEE TEC 2006,
 * doi:10.1109/TEVC.2005.851275). With three objectives and n plans that is O(n^2 log n).
 */
public final class Hypervolume {

  private Hypervolume() {}

  /**
   * The dominated share of the reference box, 0..1.
   *
   * @param evaluations any set; failed ones and those beyond the reference point add nothing. A
   *     negative drop counts as 0
   * @param objectives the axes of the box
   */
  public static double of(
      Collection<Evaluation> evaluations,
      Collection<Objective> objectives,
      ReferencePoint reference) {
    List<double[]> points = new ArrayList<>();
    for (Evaluation evaluation : evaluations) {
      if (!evaluation.isFailed()) {
        points.add(
            objectives.stream()
                .mapToDouble(o -> Math.max(0, o.of(evaluation) / reference.of(o)))
                .toArray());
      }
    }
    return ofUnitBox(points, objectives.size());
  }

  /** The share of the unit box that these points dominate, lower coordinates being better. */
  static double ofUnitBox(Collection<double[]> points, int axes) {
    List<double[]> inside = new ArrayList<>();
    for (double[] point : points) {
      boolean within = true;
      for (int axis = 0; axis < axes; axis++) {
        within &= point[axis] < 1;
      }
      if (within) {
        inside.add(point);
      }
    }
    return slice(inside, axes - 1);
  }

  private static double slice(List<double[]> points, int axis) {
    if (points.isEmpty()) {
      return 0;
    }
    List<double[]> sorted = new ArrayList<>(points);
    sorted.sort(Comparator.comparingDouble(point -> point[axis]));
    if (axis == 0) {
      return 1 - sorted.get(0)[0];
    }
    if (axis == 1) {
      return area(sorted);
    }
    double volume = 0;
    for (int i = 0; i < sorted.size(); i++) {
      double end = i + 1 < sorted.size() ? sorted.get(i + 1)[axis] : 1;
      double depth = end - sorted.get(i)[axis];
      if (depth > 0) {
        volume += depth * slice(sorted.subList(0, i + 1), axis - 1);
      }
    }
    return volume;
  }

  /** The area under a staircase; the points come sorted by their second coordinate. */
  private static double area(List<double[]> sorted) {
    double area = 0;
    double left = 1;
    for (double[] point : sorted) {
      if (point[0] < left) {
        area += (left - point[0]) * (1 - point[1]);
        left = point[0];
      }
    }
    return area;
  }
}
