package dev.mixtune.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mixtune.engine.PairedScore;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class GainAndNoiseTest {

  private static ExpectedGain.Prediction plan(double drop, double cost, double deviation) {
    return new ExpectedGain.Prediction(new double[] {drop, cost}, deviation);
  }

  @Test
  void gainsAreThoseOfPlansTakenOneAfterTheOther() {
    List<double[]> front = List.of(new double[] {0.5, 0.5});
    List<ExpectedGain.Prediction> plans = List.of(plan(0.4, 0.6, 0), plan(0.3, 0.7, 0));
    List<double[]> after = new ArrayList<>(front);
    plans.forEach(plan -> after.add(plan.coordinates()));
    double added = Hypervolume.ofUnitBox(after, 2) - Hypervolume.ofUnitBox(front, 2);
    GainAndNoise of = GainAndNoise.of(new ExpectedGain(front, 2), plans, 0.01);
    assertThat(of.gain()).isCloseTo(added, within(1e-12));
    // Each plan's error moves the edge over the costs between it and the corner, when it is taken.
    double errors = Math.hypot(0.01 * (1 - 0.6), 0.01 * (1 - 0.7));
    assertThat(of.noise()).isCloseTo(errors, within(1e-12));
    assertThat(of.isLostInNoise()).isFalse();
  }

  @Test
  void aPlanAsGoodAsTheFrontGainsNothingHoweverNoisy() {
    List<double[]> front = List.of(new double[] {0.5, 0.5});
    GainAndNoise of =
        GainAndNoise.of(new ExpectedGain(front, 2), List.of(plan(0.5, 0.5, 0.02)), 0.02);
    assertThat(of.gain()).isZero();
    assertThat(of.noise()).isCloseTo(0.5 * 0.02 * 0.5, within(1e-12));
    assertThat(of.isLostInNoise()).isTrue();
  }

  @Test
  void whatTheModelDoesNotKnowIsStillAGain() {
    List<double[]> front = List.of(new double[] {0.5, 0.5});
    GainAndNoise of =
        GainAndNoise.of(
            new ExpectedGain(front, 2), List.of(plan(0.5, 0.5, Math.hypot(0.2, 0.02))), 0.02);
    // Gauss-Hermite with three points: one sixth of the weight lies sqrt(3) deviations below.
    assertThat(of.gain()).isCloseTo(0.5 * 0.2 * Math.sqrt(3) / 6, within(1e-9));
    assertThat(of.isLostInNoise()).isFalse();
  }

  @Test
  void theStandardErrorIsThatOfManyDraws() {
    int samples = 400;
    double lost = 0.05;
    double gained = 0.02;
    Random random = new Random(1);
    double sum = 0;
    double squares = 0;
    int draws = 4000;
    for (int draw = 0; draw < draws; draw++) {
      int difference = 0;
      for (int i = 0; i < samples; i++) {
        double u = random.nextDouble();
        difference += u < lost ? 1 : u < lost + gained ? -1 : 0;
      }
      double drop = (double) difference / samples;
      sum += drop;
      squares += drop * drop;
    }
    double spread = Math.sqrt(squares / draws - sum / draws * (sum / draws));
    PairedScore score = new PairedScore(samples, 0.9, 0.87, 0.01, 0.05, 348, 20, 8);
    assertThat(GainAndNoise.standardError(score)).isCloseTo(spread, within(0.05 * spread));
  }

  @Test
  void aResampledDropIsTakenAtItsIntervalsWord() {
    PairedScore score =
        new PairedScore(
            400, 0.9, 0.87, 0.03 - 1.96e-3, 0.03 + 1.96e-3, new PairedScore.Resampled(0.033));
    assertThat(GainAndNoise.standardError(score)).isCloseTo(1e-3, within(1e-9));
  }
}
