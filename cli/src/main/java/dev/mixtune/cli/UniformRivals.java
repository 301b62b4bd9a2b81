package dev.mixtune.cli;

import dev.mixtune.engine.Latency;
import dev.mixtune.engine.PairedScore;
import dev.mixtune.evaluators.Certificate;
import dev.mixtune.evaluators.CertificateResult;
import dev.mixtune.evaluators.DropLimit;
import dev.mixtune.evaluators.Outcome;
import dev.mixtune.search.Evaluation;
import dev.mixtune.search.Rounding;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that nobody is handed a mix that a uniform plan beats: one that is no larger, at least
 * as accurate on the data that the choice was judged by, and faster by more than timing errs.
 *
 * <p>The frontier holds no such mix by search data. By the holdout one can turn up, when what beat
 * the uniform plan in the search lost there.
 */
final class UniformRivals {
  private final RunOptions options;

  UniformRivals(RunOptions options) {
    this.options = options;
  }

  /**
   * The finding, or one that names the uniform plan that beats it. Under a limit on the drop the
   * uniform plan must keep that limit on the holdout too.
   *
   * @param finding with the holdout scores of the uniform plans, where there are any
   */
  Finding settle(Finding finding) {
    Optional<Evaluation> rival = rival(finding);
    if (rival.isEmpty()) {
      return finding;
    }
    Evaluation uniform = rival.get();
    CertificateResult before = finding.certificate();
    if (before == null) {
      return with(finding, uniform, null, finding.message() + " " + sentence(uniform));
    }
    PairedScore held = finding.holdout().get(uniform.id());
    if (held == null) {
      return finding;
    }
    CertificateResult own = certificate(uniform, held);
    return own.status() == CertificateResult.Status.CERTIFIED
        ? with(
            finding,
            uniform,
            own,
            own.message()
                + " "
                + sentence(uniform)
                + " It was tested on its own, beside the order fixed by search data.")
        : finding;
  }

  private static Finding with(
      Finding finding, Evaluation chosen, @Nullable CertificateResult certificate, String message) {
    return new Finding(
        finding.search(), certificate, chosen, finding.holdout(), finding.exitCode(), message);
  }

  private CertificateResult certificate(Evaluation uniform, PairedScore held) {
    MaxDrop limit = options.limit().orElseThrow();
    return new Certificate(
            new DropLimit(limit.fraction(), limit.relative()), options.confidenceFraction())
        .test(
            List.of(
                new Certificate.Candidate(
                    uniform.id(), () -> new Outcome.Scored(held, Holdout.NOT_KEPT))),
            Comparator.naturalOrder());
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
