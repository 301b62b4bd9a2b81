package dev.mixtune.results;

import dev.mixtune.engine.Basis;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Which latencies of a published study were measured. A study on this machine that is stopped, or
 * still runs, has plans that nobody has timed yet: theirs are predicted.
 *
 * @param plans on the frontier or uniform, each once
 * @param predicted how many of them have a predicted latency although the target is measured
 */
record LatencyBases(int plans, int predicted) {

  static LatencyBases of(Frontier frontier) {
    Set<String> plans = new HashSet<>();
    Set<String> predicted = new HashSet<>();
    boolean timed = frontier.latency().basis() == Basis.MEASURED;
    Stream.concat(frontier.points().stream(), frontier.uniforms().stream())
        .forEach(
            point -> {
              plans.add(point.id());
              if (timed && point.latencyBasis() != Basis.MEASURED) {
                predicted.add(point.id());
              }
            });
    return new LatencyBases(plans.size(), predicted.size());
  }

  /** Such as {@code measured}, or {@code measured, 2 of 9 plans predicted}. */
  static String words(Frontier frontier) {
    LatencyBases bases = of(frontier);
    String basis = Figures.basis(frontier.latency().basis());
    return bases.predicted == 0 ? basis : basis + ", " + bases.share() + " predicted";
  }

  /** {@code 2 of 9 plans}. */
  String share() {
    return predicted + " of " + Figures.count(plans, "plan");
  }
}
