package dev.mixtune.results;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Says whether fewer bits buy speed on a target, as far as the uniform plans show it. */
public final class SpeedByWidth {
  private static final int INTEGER_BITS = 8;

  private SpeedByWidth() {}

  /**
   * A sentence when fewer than 8 bits give no speed on this target, or when 8 bits give none over
   * float; empty when they do, or when the uniform plans do not tell.
   */
  public static Optional<String> sentence(Frontier frontier) {
    Optional<FrontierPoint> eight = uniform(frontier, INTEGER_BITS);
    if (eight.isEmpty()) {
      return Optional.empty();
    }
    FrontierPoint integer = eight.get();
    List<FrontierPoint> narrower =
        frontier.uniforms().stream().filter(point -> width(point) < INTEGER_BITS).toList();
    String target = Figures.plain(frontier.target().name());
    if (!narrower.isEmpty() && narrower.stream().noneMatch(point -> faster(point, integer))) {
      List<String> times = new ArrayList<>();
      for (FrontierPoint point : narrower) {
        times.add(width(point) + " bits " + Figures.ratio(point.latencyRatio()));
      }
      times.add("8 bits " + Figures.ratio(integer.latencyRatio()));
      return Optional.of(
          "On "
              + target
              + " fewer than 8 bits give no speed ("
              + Figures.list(times)
              + " of float's time): they only make the file smaller.");
    }
    if (integer.latencyRatio() >= 1 - integer.latencyRelativeError()) {
      return Optional.of(
          String.format(
              Locale.ROOT,
              "On %s 8 bits are no faster than float: uniform 8 bits take %s of its time.",
              target,
              Figures.ratio(integer.latencyRatio())));
    }
    return Optional.empty();
  }

  /** Faster by more than both measurement errors together. */
  private static boolean faster(FrontierPoint point, FrontierPoint base) {
    double slack = point.latencyRelativeError() + base.latencyRelativeError();
    return point.latencyRatio() < base.latencyRatio() * (1 - slack);
  }

  private static Optional<FrontierPoint> uniform(Frontier frontier, int bits) {
    return frontier.uniforms().stream().filter(point -> width(point) == bits).findFirst();
  }

  private static int width(FrontierPoint point) {
    Integer uniform = point.uniform();
    return uniform == null ? Integer.MAX_VALUE : uniform;
  }
}
