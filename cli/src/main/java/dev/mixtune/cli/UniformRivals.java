package dev.mixtune.cli;

import dev.mixtune.engine.Latency;
import dev.mixtune.engine.PairedScore;
import dev.mixtune.search.Evaluation;
import dev.mixtune.search.Rounding;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Sees to it that nobody is handed a mix that a uniform plan beats: one that is no larger, at least
 * as accurate on the data that the choice was judged by, and faster by more than timing errs.
 *
 * <p>The frontier holds no such mix by search data. By the holdout one can turn up, when what beat
 * the uniform plan in the search lost there. Under a limit on the drop the certificate has the last
 * word all the same: a plan that holdout data picks cannot be certified by the same data, and one
 * that was certified in the fixed order was preferred already where it is faster.
 */
final class UniformRivals {
  private UniformRivals() {}

  /**
   * The finding, or one that names the uniform plan that beats it.
   *
   * @param finding with the holdout scores of the uniform plans, where there are any
   */
  static Finding settle(Finding finding) {
    if (finding.certificate() != null) {
      return finding;
    }
    return rival(finding)
        .map(
            uniform ->
                new Finding(
                    finding.search(),
                    /* certificate= */ null,
                    uniform,
                    finding.holdout(),
                    finding.exitCode(),
                    finding.message() + " " + sentence(uniform)))
        .orElse(finding);
  }

  private static String sentence(Evaluation uniform) {
    return String.format(
        Locale.ROOT,
        "The uniform plan %s was taken instead of a mix: it is no larger, no less accurate on the"
            + " same samples, and faster.",
        uniform.id());
  }

  /** The fastest uniform plan that beats the chosen one. */
  private static Optional<Evaluation> rival(Finding finding) {
    Evaluation chosen = finding.chosen();
    return finding.search().evaluations().stream()
        .filter(e -> !e.isFailed() && e.rounding() == Rounding.LIBRARY)
        .filter(e -> finding.search().uniforms().containsValue(e.plan()))
        .filter(e -> beats(e, chosen, finding.holdout()))
        .min(Comparator.comparingDouble(e -> Choice.latency(e).ratio()));
  }

  /** Whether a plan is no larger, no less accurate and surely faster than another. */
  static boolean beats(Evaluation uniform, Evaluation chosen, Map<String, PairedScore> holdout) {
    PairedScore own = holdout.get(uniform.id());
    PairedScore other = holdout.get(chosen.id());
    double accuracy = own != null && other != null ? own.score() : Choice.score(uniform).score();
    double toBeat = own != null && other != null ? other.score() : Choice.score(chosen).score();
    return uniform.sizeBytes() <= chosen.sizeBytes()
        && accuracy >= toBeat
        && slowest(Choice.latency(uniform)) < fastest(Choice.latency(chosen));
  }

  private static double slowest(Latency latency) {
    return latency.ratio() * (1 + latency.relativeError());
  }

  private static double fastest(Latency latency) {
    return latency.ratio() * (1 - latency.relativeError());
  }
}
