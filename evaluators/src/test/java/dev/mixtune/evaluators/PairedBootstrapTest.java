package dev.mixtune.evaluators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mixtune.engine.PairedScore;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PairedBootstrapTest {

  /** Labels on a coarse scale, the float model's values, and a plan's values beside them. */
  private record Data(double[] targets, double[] floats, double[] plan) {
    static Data of(int n, double noise, Random random) {
      double[] targets = new double[n];
      double[] floats = new double[n];
      double[] plan = new double[n];
      for (int i = 0; i < n; i++) {
        double truth = random.nextGaussian();
        targets[i] = Math.rint(2 * truth) / 2;
        double answer = truth + 0.6 * random.nextGaussian();
        floats[i] = Math.tanh(answer);
        plan[i] = Math.tanh(answer + noise * random.nextGaussian());
      }
      return new Data(targets, floats, plan);
    }

    PairedScore score(StatisticMetric metric, double confidence) {
      return new PairedBootstrap(metric, floats, targets).score(plan, confidence);
    }
  }

  private static double upper(PairedScore score) {
    return ((PairedScore.Resampled) score.evidence()).dropUpper();
  }

  @Test
  void theScoreIsTheMetricOfBothModels() {
    Data data = Data.of(300, 0.2, new Random(1));
    PairedScore score = data.score(new StsSpearman(), 0.95);
    assertThat(score.samples()).isEqualTo(300);
    assertThat(score.reference())
        .isCloseTo(StsSpearmanTest.naive(data.floats(), data.targets()), within(1e-12));
    assertThat(score.score())
        .isCloseTo(StsSpearmanTest.naive(data.plan(), data.targets()), within(1e-12));
    assertThat(score.counts()).isEmpty();
    assertThat(score.drop()).isBetween(score.dropLow(), upper(score));
    assertThat(upper(score)).isLessThan(score.dropHigh());
    assertThat(data.score(new StsSpearman(), 0.95)).isEqualTo(score);
  }

  /** For a mean the theory is known: the interval is that of the mean of paired differences. */
  @Test
  void agreesWithTheNormalIntervalOfAMean() {
    Random random = new Random(2);
    int n = 900;
    double[] floats = new double[n];
    double[] plan = new double[n];
    Arrays.setAll(floats, i -> random.nextDouble());
    Arrays.setAll(plan, i -> floats[i] - 0.01 + 0.05 * random.nextGaussian());
    double[] drops = new double[n];
    Arrays.setAll(drops, i -> floats[i] - plan[i]);
    double mean = Arrays.stream(drops).average().orElseThrow();
    double error = Math.sqrt(Arrays.stream(drops).map(d -> (d - mean) * (d - mean)).sum() / n / n);
    PairedScore score =
        new PairedBootstrap(new CosineFidelity(), floats, new double[n]).score(plan, 0.9);
    assertThat(score.drop()).isCloseTo(mean, within(1e-12));
    assertThat(score.dropLow()).isCloseTo(mean - 1.6449 * error, within(0.15 * error));
    assertThat(score.dropHigh()).isCloseTo(mean + 1.6449 * error, within(0.15 * error));
    assertThat(upper(score)).isCloseTo(mean + 1.2816 * error, within(0.15 * error));
  }

  /** The true drop is that of a sample so large that its own error is a tenth of the bounds'. */
  @Test
  void boundsHoldAboutAsOftenAsTheySay() {
    Data all = Data.of(400_000, 0.2, new Random(3));
    StsSpearman metric = new StsSpearman();
    double truth = metric.of(all.floats(), all.targets()) - metric.of(all.plan(), all.targets());
    Random random = new Random(4);
    int studies = 300;
    int below = 0;
    int inside = 0;
    for (int study = 0; study < studies; study++) {
      PairedScore score = Data.of(150, 0.2, random).score(metric, 0.9);
      below += truth <= upper(score) ? 1 : 0;
      inside += score.dropLow() <= truth && truth <= score.dropHigh() ? 1 : 0;
    }
    // Three standard errors of a share of 300 around 0.9 are 0.052.
    assertThat(below / (double) studies).isBetween(0.848, 0.975);
    assertThat(inside / (double) studies).isBetween(0.848, 0.975);
  }

  @Test
  void aPlanLikeFloatLosesNothing() {
    Data data = Data.of(100, 0, new Random(5));
    PairedScore score = data.score(new StsSpearman(), 0.95);
    assertThat(score.drop()).isZero();
    assertThat(score.dropLow()).isZero();
    assertThat(upper(score)).isZero();
  }

  @Test
  void anUndefinedMetricIsAFailure() {
    Data data = Data.of(50, 0.1, new Random(6));
    PairedBootstrap bootstrap =
        new PairedBootstrap(new StsSpearman(), data.floats(), data.targets());
    assertThatThrownBy(() -> bootstrap.score(new double[50], 0.95))
        .isInstanceOf(ArithmeticException.class)
        .hasMessageContaining("sts-spearman is undefined");
    assertThat(new PairedBootstrap(new StsSpearman(), data.floats(), new double[50]).reference())
        .isNaN();
  }
}
