package dev.mixtune.evaluators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class PlanDifferenceTest {
  private static final int SAMPLES = 600;
  private static final double CONFIDENCE = 0.95;

  /** Answers of float and two plans to each sample: what a study does not keep. */
  private record Answers(boolean[] reference, boolean[] first, boolean[] second) {
    static Answers draw(Random random, double firstFlips, double secondFlips) {
      boolean[][] all = new boolean[3][SAMPLES];
      for (int i = 0; i < SAMPLES; i++) {
        all[0][i] = random.nextDouble() < 0.9;
        // Hard samples are hard for both plans.
        boolean hard = random.nextInt(5) == 0;
        all[1][i] = all[0][i] ^ (hard && random.nextDouble() < firstFlips);
        all[2][i] = all[0][i] ^ (hard && random.nextDouble() < secondFlips);
      }
      return new Answers(all[0], all[1], all[2]);
    }

    static int onlyLeft(boolean[] left, boolean[] right) {
      int count = 0;
      for (int i = 0; i < left.length; i++) {
        count += left[i] && !right[i] ? 1 : 0;
      }
      return count;
    }

    PlanDifference.Drop drop(boolean[] plan) {
      int lost = onlyLeft(reference, plan);
      int gained = onlyLeft(plan, reference);
      PairedBounds.Interval interval = PairedBounds.interval(lost, gained, SAMPLES, CONFIDENCE);
      return new PlanDifference.Drop(
          (lost - gained) / (double) SAMPLES,
          interval.low(),
          interval.high(),
          SAMPLES,
          lost,
          gained);
    }

    /** Pairs the two plans sample by sample. */
    PairedBounds.Interval truth() {
      return PairedBounds.interval(
          onlyLeft(second, first), onlyLeft(first, second), SAMPLES, CONFIDENCE);
    }
  }

  @Test
  void holdsTheIntervalThatPairingTheAnswersGives() {
    Random random = new Random(11);
    for (int trial = 0; trial < 200; trial++) {
      Answers answers = Answers.draw(random, random.nextDouble(), random.nextDouble());
      PlanDifference difference =
          PlanDifference.paired(
              answers.drop(answers.first()), answers.drop(answers.second()), CONFIDENCE);
      PairedBounds.Interval truth = answers.truth();
      int net =
          Answers.onlyLeft(answers.second(), answers.first())
              - Answers.onlyLeft(answers.first(), answers.second());
      assertThat(difference.change()).isCloseTo(net / (double) SAMPLES, within(1e-12));
      assertThat(difference.low()).isLessThanOrEqualTo(truth.low() + 1e-9);
      assertThat(difference.high()).isGreaterThanOrEqualTo(truth.high() - 1e-9);
    }
  }

  @Test
  void aPlanDoesNotDifferFromFloatMoreThanItDoes() {
    Answers answers = Answers.draw(new Random(3), 0.8, 0);
    PlanDifference.Drop first = answers.drop(answers.first());
    PlanDifference difference =
        PlanDifference.paired(first, answers.drop(answers.second()), CONFIDENCE);
    assertThat(difference.low()).isCloseTo(first.low(), within(1e-9));
    assertThat(difference.high()).isCloseTo(first.high(), within(1e-9));
  }

  @Test
  void withoutCountsTheHalfWidthsAddUp() {
    PlanDifference.Drop first = new PlanDifference.Drop(0.02, 0.01, 0.04, 100, -1, -1);
    PlanDifference.Drop second = new PlanDifference.Drop(0.005, 0.002, 0.006, 100, -1, -1);
    PlanDifference paired = PlanDifference.paired(first, second, CONFIDENCE);
    assertThat(paired.change()).isCloseTo(0.015, within(1e-12));
    assertThat(paired.low()).isCloseTo(0.015 - 0.01 - 0.001, within(1e-12));
    assertThat(paired.high()).isCloseTo(0.015 + 0.02 + 0.003, within(1e-12));
    assertThat(paired.isSignificant()).isTrue();
    PlanDifference unpaired = PlanDifference.unpaired(first, second);
    assertThat(unpaired.low()).isCloseTo(0.015 - Math.sqrt(1.01e-4), within(1e-12));
    assertThat(unpaired.isPaired()).isFalse();
  }

  @Test
  void differentNumbersOfSamplesAreNotPaired() {
    PlanDifference.Drop first = new PlanDifference.Drop(0.02, 0.01, 0.04, 100, 3, 1);
    PlanDifference.Drop second = new PlanDifference.Drop(0.02, 0.01, 0.04, 101, 3, 1);
    assertThatThrownBy(() -> PlanDifference.paired(first, second, CONFIDENCE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("101");
  }
}
