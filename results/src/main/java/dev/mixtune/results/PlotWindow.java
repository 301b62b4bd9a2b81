package dev.mixtune.results;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The part of the plane that plots show. Drops run from somewhat below zero to a few times the
 * limit; what lies above is drawn at the upper edge, so that one plan that lost everything does not
 * squeeze the interesting ones into a line.
 *
 * @param dropLow lower edge, in points of the metric
 * @param dropHigh upper edge, in points
 * @param sizeLow left edge, in bytes
 * @param sizeHigh right edge, in bytes
 * @param latencyLow left edge, as a ratio to float
 * @param latencyHigh right edge, as a ratio to float
 */
record PlotWindow(
    double dropLow,
    double dropHigh,
    double sizeLow,
    double sizeHigh,
    double latencyLow,
    double latencyHigh) {
  private static final double LIMITS_SHOWN = 4;
  private static final double LEAST_POINTS = 0.2;

  static PlotWindow of(StudyView view) {
    Frontier frontier = view.frontier();
    List<FrontierPoint> points =
        Stream.concat(frontier.points().stream(), frontier.uniforms().stream()).toList();
    double limit = 100 * frontier.absoluteLimit().orElseGet(() -> substitute(frontier));
    limit = Math.max(limit, LEAST_POINTS);
    double cap = LIMITS_SHOWN * limit;
    double high = 1.5 * limit;
    double low = 0;
    for (FrontierPoint point : points) {
      double drop = 100 * point.search().drop();
      if (drop <= cap) {
        high = Math.max(high, Math.min(cap, 100 * point.search().dropInterval().high()));
      }
      low = Math.min(low, Math.max(drop, -cap));
      low = Math.min(low, Math.max(100 * point.search().dropInterval().low(), -limit));
    }
    double margin = 0.06 * (high - low);
    double[] size = range(sizes(view, points), true);
    double[] latency = range(latencies(view, points), false);
    return new PlotWindow(low - margin, high + margin, size[0], size[1], latency[0], latency[1]);
  }

  /** Where a drop is drawn, in points. */
  double clip(double dropFraction) {
    return Math.max(dropLow, Math.min(dropHigh, 100 * dropFraction));
  }

  /** Whether a drop lies above the window. */
  boolean above(double dropFraction) {
    return 100 * dropFraction > dropHigh;
  }

  /** Without a limit on the drop, the chosen plan says what is worth looking at. */
  private static double substitute(Frontier frontier) {
    return frontier.chosen().map(point -> Math.abs(point.search().drop())).orElse(0.01);
  }

  private static List<Double> sizes(StudyView view, List<FrontierPoint> points) {
    List<Double> values = new ArrayList<>();
    values.add((double) view.frontier().reference().sizeBytes());
    points.forEach(point -> values.add((double) point.sizeBytes()));
    view.evaluated().forEach(candidate -> values.add((double) candidate.sizeBytes()));
    return values;
  }

  private static List<Double> latencies(StudyView view, List<FrontierPoint> points) {
    List<Double> values = new ArrayList<>();
    values.add(1.0);
    points.forEach(point -> values.add(point.latencyRatio()));
    view.evaluated().forEach(candidate -> values.add(candidate.latencyRatio()));
    return values;
  }

  /** All values with a margin; never empty, also when they are all the same. */
  private static double[] range(List<Double> values, boolean logarithmic) {
    double low = values.stream().mapToDouble(Double::doubleValue).min().orElse(1);
    double high = values.stream().mapToDouble(Double::doubleValue).max().orElse(1);
    if (logarithmic) {
      double factor = Math.max(1.02, Math.pow(high / low, 0.08));
      return new double[] {low / factor, high * factor};
    }
    double margin = Math.max(0.07 * (high - low), 0.02 * high);
    return new double[] {Math.max(0, low - margin), high + margin};
  }
}
