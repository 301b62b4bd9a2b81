package dev.mixtune.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RidgeFitTest {
  private static final int COLUMNS = 4;
  private final double[] penalties = {1e-9, 0.5, 0.5, 2};

  private static RidgeFit.Row row(Random random) {
    return new RidgeFit.Row(
        IntStream.range(0, COLUMNS).toArray(),
        IntStream.range(0, COLUMNS).mapToDouble(c -> c == 0 ? 1 : random.nextGaussian()).toArray());
  }

  private RidgeFit fit(List<RidgeFit.Row> rows, double[] targets, double[] weights) {
    return new RidgeFit.Observations(rows, targets, weights, COLUMNS).fit(penalties);
  }

  @Test
  void whatIsMissedIsWhatAFitWithoutTheObservationMisses() {
    Random random = new Random(1);
    List<RidgeFit.Row> rows = IntStream.range(0, 12).mapToObj(i -> row(random)).toList();
    double[] targets = random.doubles(12).toArray();
    double[] weights = random.doubles(12, 0.5, 2).toArray();
    RidgeFit whole = fit(rows, targets, weights);
    for (int left = 0; left < 12; left++) {
      int out = left;
      int[] kept = IntStream.range(0, 12).filter(i -> i != out).toArray();
      List<RidgeFit.Row> fewer = new ArrayList<>();
      Arrays.stream(kept).forEach(i -> fewer.add(rows.get(i)));
      RidgeFit without =
          fit(
              fewer,
              Arrays.stream(kept).mapToDouble(i -> targets[i]).toArray(),
              Arrays.stream(kept).mapToDouble(i -> weights[i]).toArray());
      double missed = targets[left] - rows.get(left).times(without.coefficients());
      assertThat(whole.leftOut()[left]).isCloseTo(missed, within(1e-9));
    }
  }

  @Test
  void noOtherCoefficientsCostLess() {
    Random random = new Random(2);
    List<RidgeFit.Row> rows = IntStream.range(0, 9).mapToObj(i -> row(random)).toList();
    double[] targets = random.doubles(9).toArray();
    double[] weights = random.doubles(9, 0.5, 2).toArray();
    double[] best = fit(rows, targets, weights).coefficients();
    double least = cost(rows, targets, weights, best);
    for (int trial = 0; trial < 100; trial++) {
      double[] other = best.clone();
      other[random.nextInt(COLUMNS)] += 0.01 * random.nextGaussian();
      assertThat(cost(rows, targets, weights, other)).isGreaterThan(least);
    }
  }

  private double cost(List<RidgeFit.Row> rows, double[] targets, double[] weights, double[] b) {
    double cost = 0;
    for (int i = 0; i < targets.length; i++) {
      double missed = targets[i] - rows.get(i).times(b);
      cost += weights[i] * missed * missed;
    }
    for (int c = 0; c < COLUMNS; c++) {
      cost += penalties[c] * b[c] * b[c];
    }
    return cost;
  }
}
