package dev.mixtune.evaluators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mixtune.engine.PairedScore;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.UserException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccuracyEvaluatorTest {
  private static final int WIDTH = 6;
  private static final int SAMPLES = 101;

  /** Gaussian rows in memory. */
  private static final class Rows implements Samples {
    final float[][] rows = new float[SAMPLES][WIDTH];
    final int[] labels = new int[SAMPLES];
    final AtomicInteger batches = new AtomicInteger();

    Rows() {
      Random random = new Random(11);
      for (int i = 0; i < SAMPLES; i++) {
        for (int j = 0; j < WIDTH; j++) {
          rows[i][j] = (float) random.nextGaussian();
        }
        labels[i] = random.nextInt(3) > 0 ? argmax(rows[i]) : random.nextInt(WIDTH);
      }
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
      batches.incrementAndGet();
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
  private final List<Integer> odd =
      IntStream.range(0, SAMPLES).filter(i -> i % 2 == 1).boxed().toList();

  private static int argmax(float[] row) {
    int best = 0;
    for (int j = 1; j < row.length; j++) {
      best = row[j] > row[best] ? j : best;
    }
    return best;
  }

  private SampleSet set(List<Integer> indices) {
    return new SampleSet(
        "split", ModelInputs.of(Map.of("x", rows)), Labels.of(rows.labels, "labels"), indices);
  }

  private static AccuracyEvaluator evaluator(Fakes runtime, Metric metric, long cacheBytes) {
    return new AccuracyEvaluator(
        runtime, Path.of("same"), metric, new AccuracyEvaluator.Settings(16, cacheBytes, 0.95));
  }

  private static PairedScore scored(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Scored.class);
    return ((Outcome.Scored) outcome).score();
  }

  /** Open and fixed batch axes, with and without kept batches: always the naive loop's counts. */
  @ParameterizedTest
  @ValueSource(longs = {-1, 1, 7, 64})
  void countsAreThoseOfANaiveLoop(long batchAxis) {
    int lost = 0;
    int gained = 0;
    int right = 0;
    for (int i : odd) {
      int answer = argmax(rows.rows[i]);
      int changed = rows.rows[i][0] < 0 ? WIDTH - 1 - answer : answer;
      boolean before = answer == rows.labels[i];
      boolean after = changed == rows.labels[i];
      lost += before && !after ? 1 : 0;
      gained += after && !before ? 1 : 0;
      right += after ? 1 : 0;
    }
    Fakes runtime = new Fakes(batchAxis, WIDTH);
    for (long cache : new long[] {0, 1 << 20}) {
      AccuracyEvaluator evaluator = evaluator(runtime, new TopK(1), cache);
      SampleSet samples = set(odd);
      PairedScore score = scored(evaluator.score(Fakes.model("swap-negative"), samples));
      assertThat(score.samples()).isEqualTo(50);
      assertThat(lost).isPositive();
      assertThat(score.counts()).contains(new PairedScore.Counts(right, lost, gained));
      assertThat(evaluator.reference(samples)).isEqualTo((right + lost - gained) / 50.0);
      assertThat(scored(evaluator.score(Path.of("same"), samples)).drop()).isZero();
    }
    assertThat(runtime.open).hasValue(0);
  }

  @Test
  void batchesAreReadOnceWhenTheyFitAndAgainWhenNot() {
    Fakes runtime = new Fakes(-1, WIDTH);
    for (long cache : new long[] {0, 50 * WIDTH * 4}) {
      AccuracyEvaluator evaluator = evaluator(runtime, new Fidelity(), cache);
      SampleSet samples = set(odd);
      evaluator.reference(samples);
      int before = rows.batches.get();
      evaluator.score(Fakes.model("swap"), samples);
      evaluator.score(Fakes.model("same"), samples);
      assertThat(rows.batches.get() - before).isEqualTo(cache == 0 ? 8 : 0);
      evaluator.forget(samples);
      SampleSet other = set(odd);
      evaluator.reference(other);
      before = rows.batches.get();
      evaluator.score(Fakes.model("same"), other);
      assertThat(rows.batches.get() - before).isEqualTo(cache == 0 ? 4 : 0);
    }
  }

  @Test
  void scoresAreTheSameSideBySide() throws Exception {
    Fakes runtime = new Fakes(-1, WIDTH);
    AccuracyEvaluator evaluator = evaluator(runtime, new TopK(5), 1 << 20);
    SampleSet samples = set(odd);
    ExecutorService workers = Executors.newFixedThreadPool(4);
    try {
      List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        outcomes.add(
            CompletableFuture.supplyAsync(
                () -> evaluator.score(Fakes.model("swap-negative"), samples), workers));
      }
      Outcome alone = evaluator.score(Fakes.model("swap-negative"), samples);
      for (CompletableFuture<Outcome> outcome : outcomes) {
        assertThat(outcome.get()).isEqualTo(alone);
      }
      // One session for the float model, one per candidate.
      assertThat(runtime.opened).hasValue(14);
      assertThat(runtime.open).hasValue(0);
    } finally {
      workers.shutdown();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"nan", "wide", "ints", "crash", "broken"})
  void aModelThatFailsIsData(String word) {
    Fakes runtime = new Fakes(-1, WIDTH);
    AccuracyEvaluator evaluator = evaluator(runtime, new Fidelity(), 0);
    Outcome outcome = evaluator.score(Fakes.model(word), set(odd));
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.Failed.class, failed -> assertThat(failed.reason()).isNotBlank());
    assertThat(runtime.open).hasValue(0);
    if (word.equals("nan")) {
      assertThat(((Outcome.Failed) outcome).reason()).contains("sample 15 is NaN");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"nan", "ints", "crash", "broken"})
  void aFloatModelThatFailsIsTheUsersConcern(String word) {
    AccuracyEvaluator evaluator =
        new AccuracyEvaluator(
            new Fakes(-1, WIDTH),
            Path.of(word),
            new Fidelity(),
            AccuracyEvaluator.Settings.usual());
    assertThatThrownBy(() -> evaluator.reference(set(odd)))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("the float model does not answer the split");
  }

  @Test
  void aModelThatOnlyLooksOpenIsRunOneByOne() {
    Fakes runtime = new Fakes(-1, WIDTH);
    AccuracyEvaluator evaluator =
        new AccuracyEvaluator(
            runtime, Path.of("only-1"), new Fidelity(), AccuracyEvaluator.Settings.usual());
    assertThat(evaluator.reference(set(odd))).isEqualTo(1);
    assertThat(scored(evaluator.score(Fakes.model("only-1"), set(odd))).samples()).isEqualTo(50);
  }

  @Test
  void labelsAndMetricMustSuitTheOutputs() {
    Fakes runtime = new Fakes(-1, WIDTH);
    rows.labels[40] = WIDTH;
    assertThatThrownBy(() -> evaluator(runtime, new TopK(1), 0).reference(set(odd)))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("position 40 is 6");
    SampleSet bare = new SampleSet("bare", ModelInputs.of(Map.of("x", rows)), null, odd);
    assertThatThrownBy(() -> evaluator(runtime, new TopK(1), 0).reference(bare))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("bare has no labels");
    assertThatThrownBy(() -> evaluator(runtime, new TopK(6), 0).reference(set(odd)))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("metric top6 needs at least 7 outputs");
  }
}
