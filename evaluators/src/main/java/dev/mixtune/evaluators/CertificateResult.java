package dev.mixtune.evaluators;

import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * What the holdout says about the chosen plan. Fractions are points of the metric, 0..1.
 *
 * @param status whether the plan is certified
 * @param pointId the chosen plan
 * @param drop its observed drop on the holdout
 * @param upperBound one-sided upper bound of its drop
 * @param limit the limit in points, relative limits multiplied out
 * @param confidence of the bound, one-sided
 * @param samples in the holdout
 * @param method how the bound and the sequence work
 * @param plansTested plans tested, the first failure included
 * @param limitResolvable the smallest limit that these samples would certify for a plan that
 *     disagrees with the float model as often as the chosen one and loses nothing
 * @param samplesNeeded samples that would certify the limit for the chosen plan, lost and gained
 *     shares as observed; empty when its observed drop is not below the limit
 * @param certified all certified plans, in the order tested
 * @param tested all plans tested, in order: the certified ones, then the first failure if there was
 *     one
 * @param skipped plans that could not be scored on the holdout, with the reason
 * @param message the whole in plain words, one paragraph
 */
public record CertificateResult(
    Status status,
    String pointId,
    double drop,
    double upperBound,
    double limit,
    double confidence,
    int samples,
    String method,
    int plansTested,
    double limitResolvable,
    OptionalLong samplesNeeded,
    List<Tested> certified,
    List<Tested> tested,
    List<String> skipped,
    String message) {

  public CertificateResult {
    certified = List.copyOf(certified);
    tested = List.copyOf(tested);
    skipped = List.copyOf(skipped);
    if ((status == Status.CERTIFIED) == certified.isEmpty()) {
      throw new IllegalArgumentException(status + " with " + certified.size() + " certified plans");
    }
    if (tested.size() != plansTested) {
      throw new IllegalArgumentException(
          plansTested + " plans tested, and " + tested.size() + " named");
    }
  }

  /** The order of the tests with what they came to, in one sentence. */
  public String order() {
    return "Tested on the holdout in this order, fixed by search data, until the first failure: "
        + tested.stream()
            .map(
                plan ->
                    String.format(
                        Locale.ROOT,
                        "%s (drop %.2f points, bound %.2f)",
                        plan.planId(),
                        100 * plan.drop(),
                        100 * plan.upperBound()))
            .collect(Collectors.joining(", "))
        + ".";
  }

  /** Whether the limit holds. */
  public enum Status {
    /** The chosen plan's upper bound is within the limit. */
    CERTIFIED,
    /** Some plan's observed drop is within the limit, but no bound is. */
    NOT_CERTIFIABLE,
    /** No plan's observed drop is within the limit. */
    LIMIT_MISSED
  }

  /**
   * One plan on the holdout.
   *
   * @param planId the plan
   * @param drop observed
   * @param upperBound one-sided
   */
  public record Tested(String planId, double drop, double upperBound) {}
}
