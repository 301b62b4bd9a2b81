package dev.mixtune.evaluators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mixtune.engine.PairedScore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CertificateTest {
  private static final Comparator<String> BY_NAME = Comparator.naturalOrder();
  private static final Closeness CLOSE = new Closeness(0, 1, Closeness.EXACT_DB);
  private final List<String> asked = new ArrayList<>();

  private Certificate.Candidate candidate(String id, int samples, int right, int lost, int gained) {
    int reference = right + lost - gained;
    PairedScore score =
        new PairedScore(
            samples,
            (double) reference / samples,
            (double) right / samples,
            -1,
            1,
            right,
            lost,
            gained);
    return new Certificate.Candidate(
        id,
        () -> {
          asked.add(id);
          return new Outcome.Scored(score, CLOSE);
        });
  }

  private static CertificateResult test(DropLimit limit, Certificate.Candidate... ordered) {
    return new Certificate(limit, 0.95).test(Arrays.asList(ordered), BY_NAME);
  }

  @Test
  void plansAreTestedInOrderUntilTheFirstFailure() {
    CertificateResult result =
        test(
            new DropLimit(0.01, false),
            candidate("z-safe", 6000, 5500, 10, 10),
            candidate("b-good", 6000, 5500, 30, 20),
            candidate("c-bad", 6000, 5400, 90, 10),
            candidate("a-lucky", 6000, 5500, 0, 0));
    assertThat(asked).containsExactly("z-safe", "b-good", "c-bad");
    assertThat(result.status()).isEqualTo(CertificateResult.Status.CERTIFIED);
    assertThat(result.certified())
        .extracting(CertificateResult.Tested::planId)
        .containsExactly("z-safe", "b-good");
    assertThat(result.pointId()).isEqualTo("b-good");
    assertThat(result.plansTested()).isEqualTo(3);
    assertThat(result.tested())
        .extracting(CertificateResult.Tested::planId)
        .containsExactly("z-safe", "b-good", "c-bad");
    assertThat(result.order()).contains("z-safe (drop 0.00 points", "c-bad (drop 1.33 points");
    // At 6,000 samples the score bound is close to Wald's: 10/6000 + 1.645 sqrt(50 / 6000^2).
    double wald = 10.0 / 6000 + 1.645 * Math.sqrt(50) / 6000;
    assertThat(result.upperBound()).isCloseTo(wald, within(2e-4));
    assertThat(result.limitResolvable()).isCloseTo(1.645 * Math.sqrt(50) / 6000, within(2e-4));
    assertThat(result.samplesNeeded().orElseThrow()).isLessThan(6000);
    assertThat(result.message()).contains("b-good is certified", "6000 holdout samples", "95%");
  }

  @Test
  void thePreferenceChoosesAmongTheCertified() {
    List<Certificate.Candidate> plans =
        List.of(candidate("a", 6000, 5500, 5, 5), candidate("b", 6000, 5500, 8, 5));
    Certificate certificate = new Certificate(new DropLimit(0.01, false), 0.95);
    assertThat(certificate.test(plans, BY_NAME).pointId()).isEqualTo("a");
    assertThat(certificate.test(plans, BY_NAME.reversed()).pointId()).isEqualTo("b");
  }

  /** 164 samples cannot certify 1 %: even without any disagreement the bound is 1.6 %. */
  @Test
  void fewSamplesCertifyNothingAndSayWhatTheyResolve() {
    CertificateResult result =
        test(
            new DropLimit(0.01, false),
            candidate("first", 164, 146, 2, 1),
            candidate("second", 164, 147, 0, 0),
            candidate("third", 164, 140, 9, 2));
    assertThat(asked).containsExactly("first", "second", "third");
    assertThat(result.status()).isEqualTo(CertificateResult.Status.NOT_CERTIFIABLE);
    assertThat(result.pointId()).isEqualTo("second");
    assertThat(result.plansTested()).isEqualTo(1);
    assertThat(result.certified()).isEmpty();
    double wilsonOfZero = 1.6448536 * 1.6448536 / (164 + 1.6448536 * 1.6448536);
    assertThat(result.upperBound()).isCloseTo(wilsonOfZero, within(1e-7));
    assertThat(result.limitResolvable()).isCloseTo(wilsonOfZero, within(1e-7));
    assertThat(result.samplesNeeded())
        .hasValue((long) Math.ceil(1.6448536 * 1.6448536 * 0.99 / 0.01));
    assertThat(result.message()).contains("No plan can be certified", "1.63 points", "268");
  }

  @Test
  void aMissedLimitIsCalledOne() {
    CertificateResult result =
        test(
            new DropLimit(0.001, false),
            candidate("a", 1000, 900, 30, 10),
            candidate("b", 1000, 890, 40, 10));
    assertThat(result.status()).isEqualTo(CertificateResult.Status.LIMIT_MISSED);
    assertThat(result.pointId()).isEqualTo("a");
    assertThat(result.samplesNeeded()).isEmpty();
    assertThat(result.message()).contains("not even by its observed drop");
  }

  @Test
  void relativeLimitsAreSharesOfTheFloatScore() {
    // Reference 0.5: one percent of it is half a point, and the bound is about 0.7 points.
    Certificate.Candidate plan = candidate("p", 6000, 2975, 75, 50);
    assertThat(test(new DropLimit(0.01, false), plan).status())
        .isEqualTo(CertificateResult.Status.CERTIFIED);
    CertificateResult relative = test(new DropLimit(0.01, true), plan);
    assertThat(relative.limit()).isCloseTo(0.005, within(1e-12));
    assertThat(relative.status()).isEqualTo(CertificateResult.Status.NOT_CERTIFIABLE);
  }

  @Test
  void plansThatCannotBeScoredAreSkipped() {
    Certificate.Candidate broken =
        new Certificate.Candidate("broken", () -> new Outcome.Failed("NaN"));
    CertificateResult result =
        test(new DropLimit(0.01, false), broken, candidate("fine", 6000, 5500, 5, 5));
    assertThat(result.pointId()).isEqualTo("fine");
    assertThat(result.skipped()).containsExactly("broken: NaN");
    assertThat(result.plansTested()).isEqualTo(1);
    assertThatThrownBy(() -> test(new DropLimit(0.01, false), broken))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("NaN");
  }

  /** Plans whose true drop is exactly the limit: any certificate is wrong; at most 5 % may be. */
  @Test
  void wrongCertificatesAreAsRareAsPromised() {
    Random random = new Random(99);
    int runs = 2000;
    int wrong = 0;
    for (int run = 0; run < runs; run++) {
      Certificate.Candidate[] plans = new Certificate.Candidate[5];
      for (int p = 0; p < plans.length; p++) {
        int lost = 0;
        int gained = 0;
        for (int i = 0; i < 1000; i++) {
          double u = random.nextDouble();
          lost += u < 0.03 ? 1 : 0;
          gained += u >= 0.03 && u < 0.04 ? 1 : 0;
        }
        plans[p] = candidate("p" + p, 1000, 900, lost, gained);
      }
      wrong +=
          test(new DropLimit(0.02, false), plans).status() == CertificateResult.Status.CERTIFIED
              ? 1
              : 0;
    }
    assertThat((double) wrong / runs).isLessThanOrEqualTo(0.06);
  }

  private static Certificate.Candidate resampled(String id, double drop, double upper) {
    PairedScore score =
        new PairedScore(
            800, 0.86, 0.86 - drop, drop - 0.01, drop + 0.01, new PairedScore.Resampled(upper));
    return new Certificate.Candidate(id, () -> new Outcome.Scored(score, CLOSE));
  }

  @Test
  void bootstrapBoundsAreTestedLikeCounts() {
    CertificateResult result =
        test(
            new DropLimit(0.01, false),
            resampled("a", 0.001, 0.004),
            resampled("b", 0.002, 0.006),
            resampled("c", 0.009, 0.015));
    assertThat(result.status()).isEqualTo(CertificateResult.Status.CERTIFIED);
    assertThat(result.certified())
        .extracting(CertificateResult.Tested::upperBound)
        .containsExactly(0.004, 0.006);
    assertThat(result.plansTested()).isEqualTo(3);
    assertThat(result.method()).contains("paired bootstrap", "fixed sequence");
    assertThat(result.limitResolvable()).isCloseTo(0.003, within(1e-12));
    assertThat(result.message())
        .contains("bound 0.4 points", "800 holdout samples.")
        .doesNotContain("lost");
  }

  /** The margin shrinks with the square root of the samples. */
  @Test
  void bootstrapBoundsSayHowManySamplesAreNeeded() {
    CertificateResult result = test(new DropLimit(0.01, false), resampled("a", 0.006, 0.014));
    assertThat(result.status()).isEqualTo(CertificateResult.Status.NOT_CERTIFIABLE);
    // The margin of 0.008 must become 0.004: four times the samples.
    assertThat(result.samplesNeeded().orElseThrow()).isBetween(3200L, 3201L);
    assertThat(test(new DropLimit(0.005, false), resampled("a", 0.006, 0.014)).samplesNeeded())
        .isEmpty();
  }
}
