package dev.mixtune.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AugmentedBatchesTest {
  private static final Normalization NORMALIZATION = new Normalization(0, 1);
  private static final int SIZE = 5;

  @Test
  void visitsEveryImageOnceInAnEpoch() {
    AugmentedBatches batches = batches(12, 4, 3);

    List<Long> labels = new ArrayList<>();
    batches.epoch().forEachRemaining(batch -> labels.addAll(boxed(batch.labels())));

    assertThat(labels)
        .hasSize(12)
        .doesNotHaveDuplicates()
        .isNotEqualTo(labels.stream().sorted().toList());
  }

  /**
   * The one lit pixel at (2, 1) may move by two rows and columns, or to the mirrored column first.
   */
  @Test
  void flipsAndShiftsWithinItsBounds() {
    Set<Integer> places = new HashSet<>();
    AugmentedBatches batches = batches(1, 1, 7);
    for (int i = 0; i < 2_000; i++) {
      float[] input = batches.epoch().next().input();
      for (int p = 0; p < input.length; p++) {
        if (input[p] == 9) {
          places.add(p);
        }
      }
    }

    assertThat(places).hasSize(SIZE * SIZE);
  }

  @Test
  void repeatsUnderOneSeed() {
    Iterator<Batch> one = batches(12, 4, 11).epoch();
    Iterator<Batch> two = batches(12, 4, 11).epoch();

    while (one.hasNext()) {
      assertThat(one.next().input()).isEqualTo(two.next().input());
    }
  }

  /** Images whose only lit pixel is at row 2, column 1, and whose label is their number. */
  private static AugmentedBatches batches(int count, int batchSize, long seed) {
    byte[] pixels = new byte[count * SIZE * SIZE];
    byte[] labels = new byte[count];
    for (int i = 0; i < count; i++) {
      pixels[i * SIZE * SIZE + 2 * SIZE + 1] = 9;
      labels[i] = (byte) i;
    }
    LabelledImages images = new LabelledImages(SIZE, SIZE, pixels, labels);
    return new AugmentedBatches(images, NORMALIZATION, batchSize, new SplittableRandom(seed));
  }

  private static List<Long> boxed(long[] values) {
    List<Long> boxed = new ArrayList<>();
    for (long value : values) {
      boxed.add(value);
    }
    return boxed;
  }
}
