package dev.mixtune.evaluators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mixtune.engine.Tensor;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.BinomialDistribution;
import org.junit.jupiter.api.Test;

/** Drops of classes, against a count by hand and the exact binomial test. */
class ClassDropsTest {
  private static final int SAMPLES = 3000;
  private static final int CLASSES = 5;

  private final int[] labels = new int[SAMPLES];
  private final BitSet floatRight = new BitSet();
  private final BitSet planRight = new BitSet();

  /** Scoring looks at labels alone here: the inputs are one number each. */
  private SampleSet labelled() {
    ModelInputs inputs = ModelInputs.of(Map.of("x", new Zeros()));
    return new SampleSet(
        "holdout",
        inputs,
        Labels.of(labels, "labels"),
        IntStream.range(0, SAMPLES).boxed().toList());
  }

  private static final class Zeros implements Samples {
    @Override
    public int size() {
      return SAMPLES;
    }

    @Override
    public List<Long> shape() {
      return List.of(1L);
    }

    @Override
    public Tensor.Floats batch(int[] indices) {
      return new Tensor.Floats(new float[indices.length], new long[] {indices.length, 1});
    }

    @Override
    public String hash(int index) {
      return Integer.toString(index);
    }

    @Override
    public void close() {
      // Nothing is held.
    }
  }

  private ClassDrops drops() {
    return ClassDrops.of("holdout", labelled(), floatRight, planRight, /* confidence= */ 0.95)
        .orElseThrow();
  }

  @Test
  void oneRareClassThatIsLostIsFoundThoughTheAverageHolds() {
    Random random = new Random(11);
    int lostOfFour = 0;
    int ofFour = 0;
    for (int i = 0; i < SAMPLES; i++) {
      labels[i] = i < 60 ? 4 : random.nextInt(CLASSES - 1);
      floatRight.set(i, random.nextInt(10) > 0);
      boolean lost = labels[i] == 4 && random.nextInt(3) == 0;
      planRight.set(i, floatRight.get(i) && !lost);
      ofFour += labels[i] == 4 ? 1 : 0;
      lostOfFour += labels[i] == 4 && floatRight.get(i) && lost ? 1 : 0;
    }
    ClassDrops found = drops();
    assertThat(found.classes()).hasSize(CLASSES);
    assertThat(found.worst()).isEqualTo(4);
    assertThat(found.worstClass().samples()).isEqualTo(ofFour);
    assertThat(found.worstClass().drop()).isCloseTo((double) lostOfFour / ofFour, within(1e-12));
    // All that changed was lost: by chance that happens once in 2^lost times.
    assertThat(BinomialDistribution.of(lostOfFour, 0.5).probability(lostOfFour))
        .isLessThan(0.05 / CLASSES / 2);
    assertThat(found.worstClass().isWorse()).isTrue();
    assertThat(found.classes().subList(0, 4)).noneMatch(ClassDrops.Entry::isWorse);
  }

  /** One in twenty studies may call any class worse when nothing but chance is at work. */
  @Test
  void chanceAloneSeldomMakesAClassWorse() {
    Random random = new Random(5);
    int wrong = 0;
    for (int study = 0; study < 300; study++) {
      for (int i = 0; i < SAMPLES; i++) {
        labels[i] = random.nextInt(CLASSES);
        boolean changes = random.nextInt(10) == 0;
        boolean right = random.nextBoolean();
        floatRight.set(i, right);
        planRight.set(i, changes ? !right : right);
      }
      wrong += drops().classes().stream().anyMatch(ClassDrops.Entry::isWorse) ? 1 : 0;
    }
    assertThat(wrong).isLessThanOrEqualTo(15);
  }

  @Test
  void samplesOfOneClassHaveNoWorstOne() {
    assertThat(ClassDrops.of("search", labelled(), floatRight, planRight, 0.95)).isEmpty();
  }
}
