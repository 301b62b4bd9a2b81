package dev.mixtune.results;

import dev.mixtune.engine.Basis;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the plot inside the report is drawn from. Drops are in points, sizes in bytes, latencies
 * relative to float.
 */
record PlotData(
    String metric,
    @Nullable Double limit,
    List<Double> window,
    double referenceMs,
    long referenceBytes,
    @Nullable Long referenceMemory,
    String basis,
    List<String> layers,
    List<Point> points,
    List<List<Double>> evaluated,
    List<List<Double>> damages,
    List<List<Double>> history) {

  /** More dots would hide each other and make the page slow. */
  private static final int MOST_EVALUATED = 20_000;

  private static final Comparator<List<Integer>> CELLS =
      Comparator.<List<Integer>, Integer>comparing(cell -> cell.get(0))
          .thenComparing(cell -> cell.get(1));

  /**
   * @param drop drop on the search split and its interval
   * @param holdout the same on the holdout
   * @param basis where its latency comes from, in words
   * @param measured whether it was timed on the device itself
   * @param energy modelled, millijoules and by the float model's; null where it is no objective
   * @param memory most resident bytes, where it was measured
   */
  record Point(
      String id,
      boolean frontier,
      boolean chosen,
      @Nullable Integer uniform,
      List<Double> drop,
      @Nullable List<Double> holdout,
      double accuracy,
      double latencyMs,
      double latencyRatio,
      long sizeBytes,
      double sizeRatio,
      double averageBits,
      List<Integer> bits,
      List<String> schemes,
      double latencyError,
      @Nullable Double predictedMs,
      String basis,
      boolean measured,
      @Nullable List<Double> energy,
      @Nullable Long memory) {}

  static PlotData of(StudyView view, @Nullable SensitivityMap sensitivity) {
    Frontier frontier = view.frontier();
    PlotWindow window = PlotWindow.of(view);
    List<Point> points = new ArrayList<>();
    Set<String> known = new HashSet<>();
    for (FrontierPoint point : frontier.points()) {
      known.add(point.id());
      points.add(point(point, true, width(frontier, point)));
    }
    for (FrontierPoint point : frontier.uniforms()) {
      if (known.add(point.id())) {
        points.add(point(point, false, point.uniform()));
      }
    }
    return new PlotData(
        Figures.plain(frontier.metric()),
        frontier.absoluteLimit().isPresent() ? 100 * frontier.absoluteLimit().getAsDouble() : null,
        List.of(window.dropLow(), window.dropHigh()),
        frontier.reference().latencyMs(),
        frontier.reference().sizeBytes(),
        frontier.memory() == null ? null : (Long) frontier.memory().referencePeakBytes(),
        LatencyBases.words(frontier),
        frontier.layers().stream().map(layer -> Figures.plain(layer.name())).toList(),
        points,
        view.evaluated().stream()
            .limit(MOST_EVALUATED)
            .map(
                candidate ->
                    List.of(
                        rounded(100 * candidate.drop()),
                        rounded(candidate.latencyRatio()),
                        (double) candidate.sizeBytes()))
            .toList(),
        sensitivity == null ? List.of() : damages(sensitivity),
        view.history().stream()
            .map(step -> List.of((double) step.evaluations(), step.seconds(), step.volume()))
            .toList());
  }

  /** Layer, width and damage; of several schemes of one width the mildest. */
  private static List<List<Double>> damages(SensitivityMap sensitivity) {
    Map<List<Integer>, Double> least = new TreeMap<>(CELLS);
    for (SensitivityMap.Cell cell : sensitivity.cells()) {
      least.merge(List.of(cell.layer(), cell.bits()), cell.damage(), Math::min);
    }
    List<List<Double>> damages = new ArrayList<>();
    least.forEach(
        (cell, damage) -> damages.add(List.of((double) cell.get(0), (double) cell.get(1), damage)));
    return damages;
  }

  /** Background dots need no more digits; thousands of them are in the page. */
  private static double rounded(double value) {
    return Math.rint(1e4 * value) / 1e4;
  }

  /** A plan on the frontier may be a uniform one without saying so itself. */
  private static @Nullable Integer width(Frontier frontier, FrontierPoint point) {
    for (FrontierPoint uniform : frontier.uniforms()) {
      if (uniform.id().equals(point.id())) {
        return uniform.uniform();
      }
    }
    return point.uniform();
  }

  private static Point point(FrontierPoint point, boolean onFrontier, @Nullable Integer uniform) {
    return new Point(
        point.id(),
        onFrontier,
        point.chosen(),
        uniform,
        drop(point.search()),
        point.holdout() == null ? null : drop(point.holdout()),
        point.search().accuracy(),
        point.latencyMs(),
        point.latencyRatio(),
        point.sizeBytes(),
        point.sizeRatio(),
        point.averageBits(),
        point.bits(),
        point.schemes(),
        point.latencyRelativeError(),
        point.predictedLatencyMs(),
        Figures.basis(point.latencyBasis()),
        point.latencyBasis() == Basis.MEASURED,
        point.energy() == null
            ? null
            : List.of(point.energy().millijoules(), point.energy().ratio()),
        point.peakMemoryBytes());
  }

  private static List<Double> drop(Score score) {
    return List.of(
        100 * score.drop(), 100 * score.dropInterval().low(), 100 * score.dropInterval().high());
  }
}
