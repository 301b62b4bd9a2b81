package dev.mixtune.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

class SurrogateTrainerTest {
  private static final int MENUS = 12;
  private final double[][] truth = new double[MENUS][3];
  private final double[][] believed = new double[MENUS][3];

  SurrogateTrainerTest() {
    Random random = new Random(5);
    for (int m = 0; m < MENUS; m++) {
      truth[m][1] = 0.01 + 0.1 * random.nextDouble();
      truth[m][2] = truth[m][1] + 0.3 * random.nextDouble();
      for (int i = 1; i < 3; i++) {
        believed[m][i] = 7 * truth[m][i] * Math.exp(random.nextGaussian() / 2);
      }
    }
  }

  private double sum(int[] plan) {
    double sum = 0.05;
    for (int m = 0; m < MENUS; m++) {
      sum += truth[m][plan[m]];
    }
    return sum;
  }

  private static List<int[]> plans(int count, long seed) {
    Random random = new Random(seed);
    List<int[]> plans = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      plans.add(random.ints(MENUS, 0, 3).toArray());
    }
    return plans;
  }

  private Surrogate fitted(int count, ToDoubleFunction<int[]> damage) {
    List<int[]> plans = plans(count, 1);
    double[] values = plans.stream().mapToDouble(damage).toArray();
    return Objects.requireNonNull(new SurrogateTrainer(believed, true).fit(plans, values));
  }

  @Test
  void learnsASumExactlyOnceEveryChoiceWasSeen() {
    Surrogate surrogate = fitted(80, this::sum);
    for (int[] plan : plans(50, 2)) {
      assertThat(surrogate.predict(plan)).isCloseTo(sum(plan), within(1e-6));
      assertThat(surrogate.deviation(plan)).isLessThan(1e-5);
    }
    assertThat(surrogate.mains()[3][2]).isCloseTo(truth[3][2], within(1e-5));
  }

  @Test
  void learnsASaturatingDamage() {
    Surrogate surrogate = fitted(120, plan -> -Math.expm1(-sum(plan)));
    for (int[] plan : plans(50, 2)) {
      assertThat(surrogate.predict(plan)).isCloseTo(-Math.expm1(-sum(plan)), within(1e-4));
    }
  }

  @Test
  void findsTheTwoLayersThatDoMoreTogether() {
    ToDoubleFunction<int[]> damage = plan -> sum(plan) + (plan[2] > 0 && plan[9] > 0 ? 0.5 : 0);
    Surrogate surrogate = fitted(300, damage);
    assertThat(surrogate.pairs()).anyMatch(pair -> pair[0] == 2 && pair[1] == 9);
  }

  @Test
  void deviationsTellHowFarPredictionsAreOff() {
    Random random = new Random(3);
    Surrogate surrogate = fitted(200, plan -> sum(plan) + 0.02 * random.nextGaussian());
    int within = 0;
    List<int[]> fresh = plans(500, 4);
    for (int[] plan : fresh) {
      double measured = sum(plan) + 0.02 * random.nextGaussian();
      if (Math.abs(measured - surrogate.predict(plan)) < 2 * surrogate.deviation(plan)) {
        within++;
      }
    }
    assertThat(within).as("about 95 of 100").isBetween(440, 500);
  }

  @Test
  void tooFewObservationsGiveNothing() {
    assertThat(new SurrogateTrainer(believed, true).fit(plans(3, 1), new double[] {1, 2, 3}))
        .isNull();
  }
}
