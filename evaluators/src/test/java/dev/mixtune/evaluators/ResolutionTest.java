package dev.mixtune.evaluators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class ResolutionTest {
  /** z of 95 % one-sided, squared. */
  private static final double Z2 = 1.6448536269514722 * 1.6448536269514722;

  /** Nothing lost or gained: Wilson's bound for 0 of n, in closed form. */
  @Test
  void aPlanThatChangesNothingIsBoundByWilson() {
    for (int n : new int[] {10, 164, 6000}) {
      assertThat(new Resolution(n, 0.95).smallestLimit(0)).isCloseTo(Z2 / (n + Z2), within(1e-9));
    }
  }

  @Test
  void moreChangedAnswersResolveLess() {
    Resolution resolution = new Resolution(1000, 0.95);
    double before = 0;
    for (double changed : new double[] {0, 0.01, 0.05, 0.2}) {
      double limit = resolution.smallestLimit(changed);
      assertThat(limit).isGreaterThan(before);
      // For many samples the score bound comes near Wald's, from above.
      assertThat(limit)
          .isBetween(Math.sqrt(Z2 * changed / 1000), 0.004 + Math.sqrt(Z2 * changed / 1000));
      before = limit;
    }
  }

  @Test
  void oneMoreLostSampleThanTheMostIsTooMany() {
    for (int n : new int[] {300, 1500, 6000}) {
      for (double changed : new double[] {0, 0.01, 0.03}) {
        OptionalInt most = new Resolution(n, 0.95).mostLost(0.02, changed);
        double half = n * changed / 2;
        if (most.isEmpty()) {
          assertThat(PairedBounds.upper(half, half, n, 0.95)).isGreaterThan(0.02);
        } else {
          int k = most.getAsInt();
          assertThat(PairedBounds.upper(half + k, half, n, 0.95)).isLessThanOrEqualTo(0.02);
          assertThat(PairedBounds.upper(half + k + 1, half, n, 0.95)).isGreaterThan(0.02);
        }
      }
    }
  }

  @Test
  void fewSamplesCertifyNothing() {
    assertThat(new Resolution(164, 0.95).mostLost(0.01, 0)).isEmpty();
  }

  /** As many samples as needed certify, one less does not. */
  @Test
  void asManyAsNeededSuffice() {
    long needed = new Resolution(100, 0.95).needed(0.01, 0.002, 0.01).orElseThrow();
    assertThat(PairedBounds.upper(0.007 * needed, 0.005 * needed, needed, 0.95))
        .isLessThanOrEqualTo(0.01);
    long less = needed - 1;
    assertThat(PairedBounds.upper(0.007 * less, 0.005 * less, less, 0.95)).isGreaterThan(0.01);
    assertThat(new Resolution(100, 0.95).needed(0.01, 0.01, 0)).isEmpty();
  }
}
