package dev.mixtune.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/**
 * Fast non-dominated sorting and crowding distance (Deb et al. 2002, doi:10.1109/4235.996017,
 * sections III-A and III-B). Failed evaluations make up the last front.
 */
final class Ranking {

  private Ranking() {}

  /** The standings of these evaluations among each other, in their order. */
  static List<Standing> of(List<Evaluation> evaluations, Dominance dominance) {
    Standing[] standings = new Standing[evaluations.size()];
    List<Integer> scored = new ArrayList<>();
    List<double[]> points = new ArrayList<>();
    for (int i = 0; i < evaluations.size(); i++) {
      if (!evaluations.get(i).isFailed()) {
        scored.add(i);
        points.add(dominance.coordinates(evaluations.get(i)));
      }
    }
    List<List<Integer>> fronts = fronts(points);
    Arrays.fill(standings, new Standing(fronts.size(), 0));
    for (int front = 0; front < fronts.size(); front++) {
      List<Integer> members = fronts.get(front);
      double[] crowding = crowding(members.stream().map(points::get).toList());
      for (int i = 0; i < crowding.length; i++) {
        standings[scored.get(members.get(i))] = new Standing(front, crowding[i]);
      }
    }
    return List.of(standings);
  }

  /**
   * The standings under constrained dominance (Deb et al. 2002, section VI): evaluations within the
   * limit come first and are compared as usual; those beyond it follow by how far they are beyond,
   * each a front of its own unless they are equally far; failed ones come last.
   *
   * @param mostDrop the limit, a fraction
   */
  static List<Standing> constrained(
      List<Evaluation> evaluations, Dominance dominance, double mostDrop) {
    List<Integer> within = new ArrayList<>();
    TreeMap<Double, List<Integer>> beyond = new TreeMap<>();
    for (int i = 0; i < evaluations.size(); i++) {
      Evaluation evaluation = evaluations.get(i);
      double drop =
          evaluation.isFailed() ? Double.POSITIVE_INFINITY : Objective.ACCURACY.of(evaluation);
      if (drop <= mostDrop) {
        within.add(i);
      } else {
        beyond.computeIfAbsent(drop, d -> new ArrayList<>()).add(i);
      }
    }
    List<Standing> inner = of(within.stream().map(evaluations::get).toList(), dominance);
    Standing[] standings = new Standing[evaluations.size()];
    int fronts = 0;
    for (int k = 0; k < inner.size(); k++) {
      standings[within.get(k)] = inner.get(k);
      fronts = Math.max(fronts, inner.get(k).front() + 1);
    }
    for (List<Integer> equallyFar : beyond.values()) {
      for (int i : equallyFar) {
        standings[i] = new Standing(fronts, 0);
      }
      fronts++;
    }
    return List.of(standings);
  }

  /** The indices of the points of each front, best front first, each in ascending order. */
  static List<List<Integer>> fronts(List<double[]> points) {
    int n = points.size();
    int[] beatenBy = new int[n];
    List<List<Integer>> beats = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      beats.add(new ArrayList<>());
      for (int j = 0; j < n; j++) {
        if (Dominance.dominates(points.get(i), points.get(j))) {
          beats.get(i).add(j);
          beatenBy[j]++;
        }
      }
    }
    List<List<Integer>> fronts = new ArrayList<>();
    List<Integer> front = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      if (beatenBy[i] == 0) {
        front.add(i);
      }
    }
    while (!front.isEmpty()) {
      fronts.add(front);
      List<Integer> next = new ArrayList<>();
      for (int winner : front) {
        for (int loser : beats.get(winner)) {
          if (--beatenBy[loser] == 0) {
            next.add(loser);
          }
        }
      }
      next.sort(Comparator.naturalOrder());
      front = next;
    }
    return fronts;
  }

  /** The crowding distances within one front, in the order of its points. */
  static double[] crowding(List<double[]> points) {
    int n = points.size();
    double[] distance = new double[n];
    if (n <= 2) {
      Arrays.fill(distance, Double.POSITIVE_INFINITY);
      return distance;
    }
    for (int axis = 0; axis < points.get(0).length; axis++) {
      int along = axis;
      List<Integer> order = new ArrayList<>();
      for (int i = 0; i < n; i++) {
        order.add(i);
      }
      order.sort(Comparator.comparingDouble(i -> points.get(i)[along]));
      double least = points.get(order.get(0))[axis];
      double range = points.get(order.get(n - 1))[axis] - least;
      if (range == 0) {
        continue;
      }
      distance[order.get(0)] = Double.POSITIVE_INFINITY;
      distance[order.get(n - 1)] = Double.POSITIVE_INFINITY;
      for (int i = 1; i < n - 1; i++) {
        double gap = points.get(order.get(i + 1))[axis] - points.get(order.get(i - 1))[axis];
        distance[order.get(i)] += gap / range;
      }
    }
    return distance;
  }
}
