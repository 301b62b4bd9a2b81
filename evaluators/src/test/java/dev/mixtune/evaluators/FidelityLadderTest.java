package dev.mixtune.evaluators;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.engine.PairedScore;
import dev.mixtune.engine.Tensor;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class FidelityLadderTest {
  private static final int WIDTH = 5;
  private static final int SAMPLES = 400;
  private static final byte[] MODEL = Fakes.model("swap-negative");

  /** Gaussian rows; one label in four is wrong for float. */
  private static final class Rows implements Samples {
    final float[][] rows = new float[SAMPLES][WIDTH];
    final int[] labels = new int[SAMPLES];

    Rows() {
      Random random = new Random(5);
      for (int i = 0; i < SAMPLES; i++) {
        for (int j = 0; j < WIDTH; j++) {
          rows[i][j] = (float) random.nextGaussian();
        }
        labels[i] = random.nextInt(4) > 0 ? argmax(rows[i], false) : random.nextInt(WIDTH);
      }
    }

    /** The place of the largest value; of the row in reverse where the model turns it around. */
    static int argmax(float[] row, boolean turned) {
      boolean reversed = turned && row[0] < 0;
      int best = 0;
      for (int j = 1; j < WIDTH; j++) {
        float value = reversed ? row[WIDTH - 1 - j] : row[j];
        float highest = reversed ? row[WIDTH - 1 - best] : row[best];
        best = value > highest ? j : best;
      }
      return best;
    }

    @Override
    public int size() {
      return SAMPLES;
    }

    @Override
    public List<Long> shape() {
      return List.of((long) WIDTH);
    }

    @Override
    public Tensor.Floats batch(int[] indices) {
      float[] values = new float[indices.length * WIDTH];
      for (int i = 0; i < indices.length; i++) {
        System.arraycopy(rows[indices[i]], 0, values, i * WIDTH, WIDTH);
      }
      return new Tensor.Floats(values, new long[] {indices.length, WIDTH});
    }

    @Override
    public String hash(int index) {
      return Integer.toString(index);
    }

    @Override
    public void close() {
      // Nothing is open.
    }
  }

  private final Rows rows = new Rows();
  private final SampleSet samples =
      new SampleSet(
          "split",
          ModelInputs.of(Map.of("x", rows)),
          Labels.of(rows.labels, "labels"),
          IntStream.range(0, SAMPLES).boxed().toList());

  private static AccuracyEvaluator evaluator(Metric metric, boolean informativeFirst) {
    return new AccuracyEvaluator(
        new Fakes(-1, WIDTH),
        Path.of("same"),
        metric,
        new AccuracyEvaluator.Settings(8, 1 << 20, 0.95, informativeFirst));
  }

  private int netLost() {
    int lost = 0;
    for (int i = 0; i < SAMPLES; i++) {
      lost += Rows.argmax(rows.rows[i], false) == rows.labels[i] ? 1 : 0;
      lost -= Rows.argmax(rows.rows[i], true) == rows.labels[i] ? 1 : 0;
    }
    return lost;
  }

  @Test
  void theOrderChangesNoScore() {
    Outcome inOrder = evaluator(new TopK(1), true).score(MODEL, samples);
    Outcome asTheyCome = evaluator(new TopK(1), false).score(MODEL, samples);

    assertThat(((Outcome.Scored) inOrder).score()).isEqualTo(((Outcome.Scored) asTheyCome).score());
    PairedScore.Counts counts = ((Outcome.Scored) inOrder).score().counts().orElseThrow();
    assertThat(counts.lost() - counts.gained()).isEqualTo(netLost());
  }

  @Test
  void whoMayLoseEnoughClimbsToTheTop() {
    Climbed climbed = evaluator(new TopK(1), true).climb(MODEL, samples, netLost());

    assertThat(climbed.outcome()).isEqualTo(evaluator(new TopK(1), true).score(MODEL, samples));
    assertThat(climbed.netLostAtLeast()).isEqualTo(netLost());
    // 400 samples, 300 or so right: float's wrong ones and 1/32, 1/16, 1/8, 1/4 of the others.
    assertThat(climbed.rungs()).hasSize(4);
    for (Climbed.Rung rung : climbed.rungs()) {
      assertThat(rung.samples() % 8).isZero();
    }
  }

  @Test
  void whoSurelyLosesMoreIsGivenUpWithABoundBelowTheTruth() {
    int given = 0;
    for (int most = -20; most < netLost(); most++) {
      Climbed climbed = evaluator(new TopK(1), true).climb(MODEL, samples, most);
      if (climbed.outcome() == null) {
        given++;
        assertThat(climbed.netLostAtLeast()).isBetween(most + 1, netLost());
        assertThat(climbed.rungs().get(climbed.rungs().size() - 1).samples()).isLessThan(SAMPLES);
      }
    }
    assertThat(given).isGreaterThan(20);
  }

  @Test
  void metricsThatAreNoCountAreScoredWhole() {
    Climbed climbed = evaluator(new CosineFidelity(), true).climb(MODEL, samples, -SAMPLES);

    assertThat(climbed.outcome()).isInstanceOf(Outcome.Scored.class);
    assertThat(climbed.rungs()).isEmpty();
  }

  @Test
  void rightAnswersKeepTheirPlaces() {
    BitSet expected = new BitSet();
    for (int i = 0; i < SAMPLES; i++) {
      expected.set(i, Rows.argmax(rows.rows[i], true) == rows.labels[i]);
    }

    assertThat(evaluator(new TopK(1), true).right(MODEL, samples)).contains(expected);
    assertThat(evaluator(new CosineFidelity(), true).right(MODEL, samples)).isEmpty();
  }

  @Test
  void floatsWrongSamplesComeFirstAndThenTheSmallestMargins() {
    BitSet floatRight = new BitSet();
    floatRight.set(0);
    floatRight.set(2);
    floatRight.set(3);

    InformativeOrder order = InformativeOrder.of(floatRight, new float[] {3, 0.5f, 1, 2, 0.25f});

    assertThat(order.positions()).containsExactly(4, 1, 2, 3, 0);
  }

  /** Random answers of random models: at every point of the order the bound is below the truth. */
  @RepeatedTest(20)
  void theBoundHoldsAtEveryPoint(RepetitionInfo repetition) {
    Random random = new Random(repetition.getCurrentRepetition());
    int count = 1 + random.nextInt(300);
    BitSet floatRight = new BitSet();
    BitSet right = new BitSet();
    float[] margins = new float[count];
    double floatShare = random.nextDouble();
    double changed = random.nextDouble();
    for (int i = 0; i < count; i++) {
      floatRight.set(i, random.nextDouble() < floatShare);
      right.set(i, floatRight.get(i) != random.nextDouble() < changed);
      margins[i] = random.nextFloat();
    }
    int truth = floatRight.cardinality() - right.cardinality();
    InformativeOrder order = InformativeOrder.of(floatRight, margins);
    int[] positions = order.positions();
    int lost = 0;
    int gained = 0;
    Set<Integer> seen = new HashSet<>();
    for (int n = 0; n <= count; n++) {
      assertThat(order.netLostAtLeast(n, lost, gained)).isLessThanOrEqualTo(truth);
      if (n < count) {
        int at = positions[n];
        seen.add(at);
        lost += floatRight.get(at) && !right.get(at) ? 1 : 0;
        gained += !floatRight.get(at) && right.get(at) ? 1 : 0;
      }
    }
    assertThat(order.netLostAtLeast(count, lost, gained)).isEqualTo(truth);
    assertThat(seen).hasSize(count);
    assertThat(order.rungs(16)).isSorted().allMatch(rung -> rung < count && rung % 16 == 0);
  }

  @Test
  void marginsAreDistancesToTheBoundary() {
    Row row = new Row(new float[] {5, 1, 3, 2.5f}, 0, 4);

    assertThat(new TopK(1).margin(row, 0)).isEqualTo(2);
    assertThat(new TopK(1).margin(row, 3)).isEqualTo(2.5f);
    assertThat(new TopK(2).margin(row, 2)).isEqualTo(0.5f);
    assertThat(new TopK(2).margin(row, 1)).isEqualTo(2);
    assertThat(new Fidelity().margin(row, 0)).isEqualTo(2);
  }
}
