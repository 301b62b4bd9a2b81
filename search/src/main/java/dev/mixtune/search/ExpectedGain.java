package dev.mixtune.search;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Chooses a batch of plans by the hypervolume that they are expected to add, one after the other,
 * each chosen one taken into the front at its prediction before the next is chosen. The damage is
 * taken as normal, averaged over three points (Gauss-Hermite); the other objectives as predicted.
 *
 * <p>Gains only fall as the front grows, so most of them need not be computed again (Minoux,
 * "Accelerated greedy algorithms for maximizing submodular set functions", 1978).
 */
final class ExpectedGain {
  private static final double NODE = Math.sqrt(3);
  private static final double OUTER = 1.0 / 6;
  private static final double INNER = 2.0 / 3;

  private final List<double[]> front;
  private final int axes;
  private double[][] stairs;

  /**
   * A prediction.
   *
   * @param coordinates as shares of the reference point, lower is better, the damage first
   * @param deviation of the first coordinate
   */
  @SuppressWarnings("ArrayRecordComponent") // made once, only read
  record Prediction(double[] coordinates, double deviation) {}

  /**
   * @param front what is known, as shares of the reference point
   */
  ExpectedGain(Collection<double[]> front, int axes) {
    this.front = new ArrayList<>(front);
    this.axes = axes;
    this.stairs = axes == 2 ? stairs(this.front) : new double[0][];
  }

  /** The undominated points of a front in two objectives, from the least second one on. */
  private static double[][] stairs(List<double[]> front) {
    List<double[]> sorted = new ArrayList<>(front);
    sorted.sort(
        Comparator.<double[]>comparingDouble(point -> point[1])
            .thenComparingDouble(point -> point[0]));
    List<double[]> stairs = new ArrayList<>();
    double least = Double.POSITIVE_INFINITY;
    for (double[] point : sorted) {
      if (point[0] < least) {
        stairs.add(point);
        least = point[0];
      }
    }
    return stairs.toArray(double[][]::new);
  }

  /** In two objectives: the area between the point, the steps around it and the reference. */
  private double areaAdded(double[] point) {
    if (point[0] >= 1 || point[1] >= 1) {
      return 0;
    }
    int low = 0;
    int high = stairs.length;
    while (low < high) {
      int middle = (low + high) / 2;
      if (stairs[middle][1] <= point[1]) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    double height = low == 0 ? 1 : Math.min(1, stairs[low - 1][0]);
    double left = point[1];
    double area = 0;
    for (int next = low; height > point[0]; next++) {
      double right = next < stairs.length ? Math.min(1, stairs[next][1]) : 1;
      area += (right - left) * (height - point[0]);
      if (right == 1) {
        break;
      }
      left = right;
      height = Math.min(height, stairs[next][0]);
    }
    return area;
  }

  private record Entry(int index, double gain, int frontSize) {}

  /**
   * The indices of at most {@code count} predictions, best first; those that add nothing left out.
   */
  List<Integer> choose(List<Prediction> predictions, int count) {
    PriorityQueue<Entry> queue =
        new PriorityQueue<>(
            Comparator.comparingDouble(Entry::gain).reversed().thenComparingInt(Entry::index));
    for (int i = 0; i < predictions.size(); i++) {
      double gain = gain(predictions.get(i));
      if (gain > 0) {
        queue.add(new Entry(i, gain, front.size()));
      }
    }
    List<Integer> chosen = new ArrayList<>();
    while (chosen.size() < count && !queue.isEmpty()) {
      Entry top = queue.remove();
      Prediction prediction = predictions.get(top.index());
      if (top.frontSize() < front.size()) {
        double gain = gain(prediction);
        if (gain > 0) {
          queue.add(new Entry(top.index(), gain, front.size()));
        }
      } else {
        chosen.add(top.index());
        take(prediction);
      }
    }
    return chosen;
  }

  /** Takes a plan into the front at its prediction. */
  void take(Prediction prediction) {
    front.add(prediction.coordinates());
    stairs = axes == 2 ? stairs(front) : stairs;
  }

  /**
   * By how much an error of the drop shifts what the plan is seen to add: half of what lies between
   * a drop measured that much too low and one as much too high.
   *
   * @param error of the first coordinate, at least 0
   */
  double shiftedBy(Prediction prediction, double error) {
    return (added(shifted(prediction.coordinates(), -error))
            - added(shifted(prediction.coordinates(), error)))
        / 2;
  }

  /** What a prediction is expected to add to the dominated share of the box. */
  double gain(Prediction prediction) {
    double sure = added(prediction.coordinates());
    if (!(prediction.deviation() > 1e-7)) {
      return sure;
    }
    double spread = NODE * prediction.deviation();
    return INNER * sure
        + OUTER * added(shifted(prediction.coordinates(), -spread))
        + OUTER * added(shifted(prediction.coordinates(), spread));
  }

  private static double[] shifted(double[] coordinates, double by) {
    double[] shifted = coordinates.clone();
    shifted[0] = Math.max(0, shifted[0] + by);
    return shifted;
  }

  /** The box that the point dominates, less what the front dominates of it. */
  private double added(double[] point) {
    if (axes == 2) {
      return areaAdded(point);
    }
    double box = 1;
    for (double coordinate : point) {
      if (coordinate >= 1) {
        return 0;
      }
      box *= 1 - coordinate;
    }
    List<double[]> clipped = new ArrayList<>();
    for (double[] other : front) {
      double[] corner = new double[axes + 1];
      boolean covers = true;
      boolean inside = true;
      for (int axis = 0; axis < axes; axis++) {
        corner[axis] = Math.max(point[axis], other[axis]);
        corner[axes] += corner[axis];
        covers &= other[axis] <= point[axis];
        inside &= corner[axis] < 1;
      }
      if (covers) {
        return 0;
      }
      if (inside) {
        clipped.add(corner);
      }
    }
    return box - Hypervolume.ofUnitBox(undominated(clipped), axes);
  }

  /** Most clipped corners hide behind a few; behind the coordinates stands their sum. */
  private List<double[]> undominated(List<double[]> points) {
    if (axes < 3 || points.size() < 3) {
      return points;
    }
    points.sort(Comparator.comparingDouble(p -> p[axes]));
    List<double[]> kept = new ArrayList<>();
    for (double[] point : points) {
      boolean hidden = false;
      for (double[] better : kept) {
        boolean noWorse = true;
        for (int axis = 0; axis < axes; axis++) {
          noWorse &= better[axis] <= point[axis];
        }
        if (noWorse) {
          hidden = true;
          break;
        }
      }
      if (!hidden) {
        kept.add(point);
      }
    }
    return kept;
  }
}
