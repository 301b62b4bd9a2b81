package dev.mixtune.evaluators;

import dev.mixtune.engine.PairedScore;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Certifies that a plan's drop stays within a limit, on samples that the search never saw.
 *
 * <p>Fixed-sequence testing: plans are tested in an order fixed beforehand, each at the full level,
 * until the first failure. The chance that any plan is certified wrongly is at most one minus the
 * confidence, without a correction for their number (W. Maurer, L. Hothorn, W. Lehmacher, "Multiple
 * comparisons in drug clinical trials and preclinical assays: a-priori ordered hypotheses", 1995).
 * The order must come from other data, such as the search split, from the safest plan to the most
 * aggressive. The test is an upper bound against the limit: {@link PairedBounds#upper} for metrics
 * that count right answers, {@link PairedBootstrap} for all others. For a relative limit the float
 * model's score on the holdout is taken as known.
 */
public final class Certificate {
  /** How bounds and sequence work, for files. */
  public static final String METHOD = "Tango score bound, fixed sequence";

  /** The same for metrics that do not count right answers. */
  public static final String BOOTSTRAP_METHOD =
      "paired bootstrap, percentile bound of " + PairedBootstrap.DRAWS + " draws, fixed sequence";

  private final DropLimit limit;
  private final double confidence;

  /**
   * @param confidence one-sided, 0.5..1 exclusive
   */
  public Certificate(DropLimit limit, double confidence) {
    if (!(confidence > 0.5 && confidence < 1)) {
      throw new IllegalArgumentException("confidence " + confidence);
    }
    this.limit = limit;
    this.confidence = confidence;
  }

  /**
   * A plan to test.
   *
   * @param planId its id
   * @param holdout scores it on the holdout; asked at most once
   */
  public record Candidate(String planId, Supplier<Outcome> holdout) {}

  /**
   * Tests the plans in their order and chooses one.
   *
   * <p>When none can be certified, the plans after the failure are scored too, and the smallest
   * upper bound is taken: of many bounds, so it is no certificate, and the message says so. A plan
   * that cannot be scored (its file fails to run) is skipped: it could not ship either.
   *
   * @param ordered from the safest to the most aggressive, at least one
   * @param preference among certified plan ids, the preferred one first
   * @throws IllegalArgumentException when no plan can be scored on the holdout
   */
  public CertificateResult test(List<Candidate> ordered, Comparator<String> preference) {
    List<Scored> certified = new ArrayList<>();
    List<Scored> others = new ArrayList<>();
    List<String> skipped = new ArrayList<>();
    int tested = 0;
    for (Candidate candidate : ordered) {
      Outcome outcome = candidate.holdout().get();
      if (outcome instanceof Outcome.Failed failed) {
        skipped.add(candidate.planId() + ": " + failed.reason());
        continue;
      }
      Scored plan = bound(candidate.planId(), ((Outcome.Scored) outcome).score());
      boolean testing = others.isEmpty();
      tested += testing ? 1 : 0;
      if (testing && plan.isWithin()) {
        certified.add(plan);
        continue;
      }
      others.add(plan);
      if (!certified.isEmpty()) {
        break;
      }
    }
    if (certified.isEmpty() && others.isEmpty()) {
      throw new IllegalArgumentException("no plan can be scored on the holdout: " + skipped);
    }
    return result(certified, others, skipped, tested, preference);
  }

  private CertificateResult result(
      List<Scored> certified,
      List<Scored> others,
      List<String> skipped,
      int tested,
      Comparator<String> preference) {
    CertificateResult.Status status;
    Scored chosen;
    if (!certified.isEmpty()) {
      status = CertificateResult.Status.CERTIFIED;
      chosen = certified.stream().min(Comparator.comparing(Scored::planId, preference)).get();
    } else {
      chosen = others.stream().min(Comparator.comparingDouble(Scored::upperBound)).get();
      status =
          others.stream().anyMatch(plan -> plan.drop() <= plan.limit)
              ? CertificateResult.Status.NOT_CERTIFIABLE
              : CertificateResult.Status.LIMIT_MISSED;
    }
    double resolvable = chosen.bound.resolvable();
    OptionalLong needed = chosen.bound.samplesNeeded(chosen.limit);
    return new CertificateResult(
        status,
        chosen.planId,
        chosen.drop(),
        chosen.upperBound,
        chosen.limit,
        confidence,
        chosen.samples,
        chosen.bound.method(),
        tested,
        resolvable,
        needed,
        certified.stream().map(Scored::tested).toList(),
        Stream.concat(certified.stream(), others.stream())
            .limit(tested)
            .map(Scored::tested)
            .toList(),
        skipped,
        message(status, chosen, tested, certified.size(), resolvable, needed));
  }

  private Scored bound(String planId, PairedScore score) {
    DropBound bound = DropBound.of(score, confidence);
    return new Scored(
        planId, bound, score.samples(), bound.upper(), limit.absolute(score.reference()));
  }

  private record Scored(
      String planId, DropBound bound, int samples, double upperBound, double limit) {
    boolean isWithin() {
      return upperBound <= limit;
    }

    double drop() {
      return bound.drop();
    }

    CertificateResult.Tested tested() {
      return new CertificateResult.Tested(planId, drop(), upperBound);
    }
  }

  private String message(
      CertificateResult.Status status,
      Scored plan,
      int tested,
      int certified,
      double resolvable,
      OptionalLong needed) {
    String facts =
        String.format(
            Locale.ROOT,
            "observed drop %s points, %s%% upper bound %s points, limit %s points, %d holdout samples%s",
            points(plan.drop()),
            points(confidence),
            bound(plan.upperBound),
            points(plan.limit),
            plan.samples,
            plan.bound.counts());
    String resolves =
        String.format(
            Locale.ROOT,
            "For a plan that disagrees with the float model this often, these samples can certify a"
                + " limit of %s points at best.",
            bound(resolvable));
    return switch (status) {
      case CERTIFIED ->
          String.format(
              Locale.ROOT,
              "Plan %s is certified: %s. Plans tested in order: %d, passed: %d. %s",
              plan.planId,
              facts,
              tested,
              certified,
              resolves);
      case NOT_CERTIFIABLE ->
          String.format(
              Locale.ROOT,
              "No plan can be certified. Plan %s has the smallest upper bound: %s. A limit of %s"
                  + " points would hold for it, had it been the only plan looked at; %s. %s",
              plan.planId,
              facts,
              bound(plan.upperBound),
              needed.isPresent()
                  ? "about " + needed.getAsLong() + " holdout samples would be needed for the limit"
                  : "no number of samples like these would certify the limit",
              resolves);
      case LIMIT_MISSED ->
          String.format(
              Locale.ROOT,
              "No plan meets the limit, not even by its observed drop. Plan %s has the smallest"
                  + " upper bound: %s. %s",
              plan.planId,
              facts,
              resolves);
    };
  }

  /** A fraction as points of 100. */
  private static String points(double fraction) {
    return hundredths(fraction, RoundingMode.HALF_UP);
  }

  /** As {@link #points}, never shown smaller than it is. */
  private static String bound(double fraction) {
    return hundredths(fraction, RoundingMode.CEILING);
  }

  private static String hundredths(double fraction, RoundingMode mode) {
    // Twelve digits first: 0.07 times 100 is a little above 7 in binary.
    BigDecimal points = BigDecimal.valueOf(fraction * 100).setScale(12, RoundingMode.HALF_UP);
    return points.setScale(2, mode).stripTrailingZeros().toPlainString();
  }
}
