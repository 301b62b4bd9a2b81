package dev.mixtune.engine.lowering;

import dev.mixtune.engine.calibration.Calibration;
import dev.mixtune.engine.calibration.Range;
import dev.mixtune.engine.graph.Graph;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The integer grid of every value; values that must not be requantized share one. */
final class ActivationGrids {
  /** One bit less is worth an integer copy. */
  private static final double TOLERATED_WIDENING = 2;

  private final Graph graph;
  private final Calibration calibration;
  private final Map<String, Set<String>> shared = new HashMap<>();

  ActivationGrids(Graph graph, Calibration calibration) {
    this.graph = graph;
    this.calibration = calibration;
  }

  /** Whether calibration saw the value. */
  boolean has(String value) {
    return calibration.range(value).isPresent();
  }

  /**
   * Gives the values one common grid, unless that would leave the limits of an activation behind
   * one of them, which would no longer be absorbed, or would be much too coarse for one of them.
   */
  void join(List<String> values) {
    Set<String> joined = new LinkedHashSet<>();
    values.forEach(value -> joined.addAll(membersWith(value)));
    Range range = range(joined);
    if (limits(joined).hold(range)
        && joined.stream().noneMatch(member -> losesDetail(member, range, joined))) {
      joined.forEach(member -> shared.put(member, joined));
    }
  }

  /**
   * Whether somebody reads the value with more detail than the common grid has. Moved values have
   * no more than what they were moved from, and members of the grid read with its steps anyway.
   */
  private boolean losesDetail(String value, Range common, Set<String> joined) {
    boolean moved = graph.producer(value).filter(Operators::movesValues).isPresent();
    boolean coarse = width(common) > TOLERATED_WIDENING * width(ownRange(value));
    return coarse
        && !moved
        && (graph.isExposed(value)
            || graph.consumers(value).stream()
                .anyMatch(reader -> !joined.contains(reader.getOutput(0))));
  }

  private static double width(Range range) {
    return (double) range.high() - range.low();
  }

  /** The grid of a value. Call only for values that calibration saw. */
  ActivationGrid grid(String value) {
    Set<String> members = membersWith(value);
    return ActivationGrid.of(range(members), limits(members));
  }

  /** The range that the grid of a value covers. */
  Range range(String value) {
    return range(membersWith(value));
  }

  private Range range(Set<String> values) {
    List<Range> ranges = new ArrayList<>();
    values.forEach(value -> ranges.add(ownRange(value)));
    return ranges.stream().reduce(Range::union).orElseThrow();
  }

  private ActivationLimits limits(Set<String> values) {
    return values.stream()
        .map(value -> ActivationLimits.of(value, graph))
        .reduce(ActivationLimits::within)
        .orElseThrow();
  }

  private Range ownRange(String value) {
    Range range =
        calibration
            .range(value)
            .orElseThrow(() -> new IllegalStateException("no calibrated range for " + value));
    return ActivationLimits.of(value, graph).cut(range);
  }

  private Set<String> membersWith(String value) {
    return shared.getOrDefault(value, Set.of(value));
  }
}
