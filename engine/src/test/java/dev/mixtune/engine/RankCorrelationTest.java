package dev.mixtune.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RankCorrelationTest {

  /** Without ties: 1 - 6 sum of squared differences of ranks / (n (n^2 - 1)) (Spearman 1904). */
  @Test
  void isSpearmansFormulaWhereNothingTies() {
    Random random = new Random(3);
    for (int n = 3; n < 40; n++) {
      int[] order = IntStream.range(0, n).toArray();
      for (int i = n - 1; i > 0; i--) {
        int j = random.nextInt(i + 1);
        int moved = order[i];
        order[i] = order[j];
        order[j] = moved;
      }
      double[] x = IntStream.range(0, n).mapToDouble(i -> Math.exp(i)).toArray();
      double[] y = IntStream.of(order).mapToDouble(rank -> rank * rank * rank).toArray();
      double squares = IntStream.range(0, n).mapToDouble(i -> Math.pow(i - order[i], 2)).sum();
      double expected = 1 - 6 * squares / (n * (n * n - 1.0));
      assertThat(RankCorrelation.of(x, y)).isCloseTo(expected, within(1e-12));
    }
  }

  /** Ranks 0, 1.5, 1.5, 3 beside 0, 1, 2, 3: covariance 4.5, variances 4.5 and 5. */
  @Test
  void tiesShareTheirMeanRank() {
    assertThat(RankCorrelation.of(new double[] {1, 4, 4, 9}, new double[] {2, 3, 5, 7}))
        .isCloseTo(4.5 / Math.sqrt(4.5 * 5), within(1e-12));
    assertThat(RankCorrelation.of(List.of(new double[] {1, 8}, new double[] {2, 7}))).isEqualTo(-1);
  }

  @Test
  void whatIsAllEqualHasNone() {
    assertThat(RankCorrelation.of(new double[] {1, 1}, new double[] {1, 2})).isNaN();
    assertThat(RankCorrelation.of(new double[] {1, Double.NaN}, new double[] {1, 2})).isNaN();
    assertThatThrownBy(() -> RankCorrelation.of(new double[1], new double[2]))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
