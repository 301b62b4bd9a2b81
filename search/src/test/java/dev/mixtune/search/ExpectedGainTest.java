package dev.mixtune.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExpectedGainTest {

  private static double[] point(Random random, int axes) {
    return random.doubles(axes, 0, 1.1).toArray();
  }

  private static ExpectedGain.Prediction sure(double... point) {
    return new ExpectedGain.Prediction(point, 0);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void aSureGainIsTheDifferenceOfHypervolumes(int axes) {
    Random random = new Random(axes);
    for (int trial = 0; trial < 200; trial++) {
      List<double[]> front = new ArrayList<>();
      for (int i = 0; i < trial % 12; i++) {
        front.add(point(random, axes));
      }
      double[] added = point(random, axes);
      List<double[]> after = new ArrayList<>(front);
      after.add(added);
      double expected = Hypervolume.ofUnitBox(after, axes) - Hypervolume.ofUnitBox(front, axes);
      assertThat(new ExpectedGain(front, axes).gain(sure(added)))
          .isCloseTo(expected, within(1e-12));
    }
  }

  @Test
  void anUncertainGainAveragesThreePoints() {
    ExpectedGain gain = new ExpectedGain(List.of(new double[] {0.5, 0.5}), 2);
    double step = 0.1 * Math.sqrt(3);
    double mean =
        (4 * gain.gain(sure(0.6, 0.6))
                + gain.gain(sure(0.6 - step, 0.6))
                + gain.gain(sure(0.6 + step, 0.6)))
            / 6;
    assertThat(gain.gain(new ExpectedGain.Prediction(new double[] {0.6, 0.6}, 0.1)))
        .isCloseTo(mean, within(1e-12))
        .isPositive();
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void choosesLikeOneWhoComputesEverythingEachTime(int axes) {
    Random random = new Random(10 + axes);
    List<double[]> front = new ArrayList<>(List.of(point(random, axes), point(random, axes)));
    List<ExpectedGain.Prediction> predictions = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      predictions.add(sure(point(random, axes)));
    }
    List<Integer> naive = new ArrayList<>();
    List<double[]> growing = new ArrayList<>(front);
    for (int pick = 0; pick < 5; pick++) {
      int best = -1;
      double most = 0;
      for (int i = 0; i < predictions.size(); i++) {
        List<double[]> with = new ArrayList<>(growing);
        with.add(predictions.get(i).coordinates());
        double added = Hypervolume.ofUnitBox(with, axes) - Hypervolume.ofUnitBox(growing, axes);
        if (added > most + 1e-12) {
          most = added;
          best = i;
        }
      }
      if (best < 0) {
        break;
      }
      naive.add(best);
      growing.add(predictions.get(best).coordinates());
    }
    assertThat(new ExpectedGain(front, axes).choose(predictions, 5)).isEqualTo(naive);
  }
}
