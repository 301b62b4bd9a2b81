package dev.mixtune.search;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Spearman's rank correlation; ties share their mean rank. */
public final class RankCorrelation {

  private RankCorrelation() {}

  /** Of pairs (x, y), -1..1; NaN when all x or all y are equal. */
  public static double of(List<double[]> pairs) {
    double[] x = ranks(pairs, 0);
    double[] y = ranks(pairs, 1);
    double mean = (pairs.size() - 1) / 2.0;
    double xy = 0;
    double xx = 0;
    double yy = 0;
    for (int i = 0; i < x.length; i++) {
      xy += (x[i] - mean) * (y[i] - mean);
      xx += (x[i] - mean) * (x[i] - mean);
      yy += (y[i] - mean) * (y[i] - mean);
    }
    return xy / Math.sqrt(xx * yy);
  }

  private static double[] ranks(List<double[]> pairs, int column) {
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < pairs.size(); i++) {
      order.add(i);
    }
    order.sort(Comparator.comparingDouble(i -> pairs.get(i)[column]));
    double[] ranks = new double[pairs.size()];
    int from = 0;
    while (from < order.size()) {
      int to = from;
      double value = pairs.get(order.get(from))[column];
      while (to < order.size() && pairs.get(order.get(to))[column] == value) {
        to++;
      }
      for (int i = from; i < to; i++) {
        ranks[order.get(i)] = (from + to - 1) / 2.0;
      }
      from = to;
    }
    return ranks;
  }
}
