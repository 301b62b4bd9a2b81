package dev.mixtune.evaluators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mixtune.engine.PairedScore;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MetricTest {

  /** Outputs on a coarse grid, so that ties are common. */
  private static float[] outputs(Random random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextInt(6) - 3;
    }
    return values;
  }

  /** Classes by falling output, ties by rising index: a full sort. */
  private static List<Integer> ranked(Row row) {
    return IntStream.range(0, row.length())
        .boxed()
        .sorted(Comparator.comparingDouble((Integer i) -> -row.at(i)).thenComparing(i -> i))
        .toList();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5})
  void topKAgreesWithSorting(int k) {
    Random random = new Random(3);
    float[] values = outputs(random, 300 * 11);
    TopK metric = new TopK(k);
    int right = 0;
    for (int i = 0; i < 300; i++) {
      Row row = new Row(values, i * 11, 11);
      int label = random.nextInt(11);
      boolean expected = ranked(row).indexOf(label) < k;
      right += expected ? 1 : 0;
      assertThat(metric.right(row, row, label)).isEqualTo(expected);
    }
    assertThat(right).isBetween(1, 299);
  }

  @Test
  void fidelityComparesTheLargestOutputs() {
    Row reference = new Row(new float[] {0, 3, 3, 1}, 0, 4);
    assertThat(new Fidelity().right(new Row(new float[] {9, 2, 5, 2, 0}, 1, 4), reference, -1))
        .isTrue();
    assertThat(new Fidelity().right(new Row(new float[] {0, 3, 4, 1}, 0, 4), reference, -1))
        .isFalse();
  }

  @Test
  void everyMetricIsFoundByItsName() {
    assertThat(Metric.ids())
        .containsExactly(
            "top1", "top5", "fidelity", "fidelity-positions", "sts-spearman", "fidelity-cosine");
    for (Metric metric : Metric.all()) {
      assertThat(Metric.find(metric.id())).contains(metric);
    }
    assertThat(Metric.find("top2")).isEmpty();
  }

  @Test
  void pairedCountsAreThoseOfANaiveLoop() {
    Random random = new Random(5);
    PairedTally tally = new PairedTally();
    int[] table = new int[4];
    for (int i = 0; i < 500; i++) {
      boolean before = random.nextInt(10) > 0;
      boolean after = random.nextInt(8) > 0;
      tally.add(before, after);
      table[(before ? 2 : 0) + (after ? 1 : 0)]++;
    }
    PairedScore score = tally.score(0.9);
    assertThat(score.samples()).isEqualTo(500);
    assertThat(score.counts())
        .contains(new PairedScore.Counts(table[1] + table[3], table[2], table[1]));
    assertThat(score.reference()).isEqualTo((table[2] + table[3]) / 500.0);
    assertThat(score.drop()).isCloseTo((table[2] - table[1]) / 500.0, within(1e-12));
    // Wald's interval is close to the score interval at this size.
    double half =
        1.6449
            * Math.sqrt((table[1] + table[2]) / 500.0 - score.drop() * score.drop())
            / Math.sqrt(500);
    assertThat(score.dropHigh()).isCloseTo(score.drop() + half, within(0.002));
    assertThat(score.dropLow()).isCloseTo(score.drop() - half, within(0.002));
  }

  @Test
  void closenessAgreesWithTheDefinitions() {
    Random random = new Random(7);
    int rows = 20;
    int width = 6;
    ClosenessTally tally = new ClosenessTally(false);
    double kl = 0;
    double cosine = 0;
    double signal = 0;
    double noise = 0;
    for (int i = 0; i < rows; i++) {
      float[] f = new float[width];
      float[] c = new float[width];
      double dot = 0;
      double ff = 0;
      double cc = 0;
      for (int j = 0; j < width; j++) {
        f[j] = (float) (4 * random.nextGaussian());
        c[j] = f[j] + (float) (0.3 * random.nextGaussian());
        dot += (double) f[j] * c[j];
        ff += (double) f[j] * f[j];
        cc += (double) c[j] * c[j];
        noise += Math.pow((double) f[j] - c[j], 2);
      }
      signal += ff;
      cosine += dot / Math.sqrt(ff * cc);
      double[] p = softmax(f);
      double[] q = softmax(c);
      for (int j = 0; j < width; j++) {
        kl += p[j] * Math.log(p[j] / q[j]);
      }
      tally.add(new Row(f, 0, width), new Row(c, 0, width));
    }
    Closeness closeness = tally.result();
    assertThat(closeness.kl()).isCloseTo(kl / rows, within(1e-9));
    assertThat(closeness.cosine()).isCloseTo(cosine / rows, within(1e-9));
    assertThat(closeness.sqnrDb()).isCloseTo(10 * Math.log10(signal / noise), within(1e-9));
  }

  private static double[] softmax(float[] values) {
    double sum = 0;
    double[] p = new double[values.length];
    for (int i = 0; i < p.length; i++) {
      p[i] = Math.exp(values[i]);
      sum += p[i];
    }
    for (int i = 0; i < p.length; i++) {
      p[i] /= sum;
    }
    return p;
  }

  @Test
  void answersAgreeWhereTheLargestOutputIsTheSame() {
    ClosenessTally tally = new ClosenessTally(false);
    Row first = new Row(new float[] {3, 1, 2}, 0, 3);
    tally.add(first, new Row(new float[] {0.5f, 0, 0}, 0, 3));
    tally.add(first, new Row(new float[] {9, 8, 7}, 0, 3));
    tally.add(first, new Row(new float[] {1, 2, 3}, 0, 3));
    tally.add(first, new Row(new float[] {3, 4, 2}, 0, 3));

    assertThat(tally.result().agreement()).isEqualTo(0.5);
  }

  @Test
  void probabilitiesAreNotSoftmaxedAgain() {
    Row p = new Row(new float[] {0.5f, 0.25f, 0.25f}, 0, 3);
    Row q = new Row(new float[] {0.25f, 0.5f, 0.25f}, 0, 3);
    assertThat(ClosenessTally.isProbabilities(p)).isTrue();
    assertThat(ClosenessTally.isProbabilities(new Row(new float[] {0.5f, 0.6f}, 0, 2))).isFalse();
    assertThat(ClosenessTally.isProbabilities(new Row(new float[] {1.5f, -0.5f}, 0, 2))).isFalse();
    ClosenessTally tally = new ClosenessTally(true);
    tally.add(p, q);
    assertThat(tally.result().kl()).isCloseTo(0.25 * Math.log(2), within(1e-6));

    ClosenessTally exact = new ClosenessTally(true);
    exact.add(p, p);
    assertThat(exact.result()).isEqualTo(new Closeness(0, 1, Closeness.EXACT_DB, 1));

    ClosenessTally vanished = new ClosenessTally(true);
    vanished.add(p, new Row(new float[] {1, 0, 0}, 0, 3));
    assertThat(vanished.result().kl()).isBetween(1.0, 10.0);
  }
}
