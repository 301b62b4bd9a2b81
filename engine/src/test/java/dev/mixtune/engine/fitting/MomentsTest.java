package dev.mixtune.engine.fitting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mixtune.engine.TestKit;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** {@link Moments} against a loop over rows. */
class MomentsTest {
  private static final int GROUPS = 2;
  private static final int SIZE = 3;

  private final Random random = new Random(5);

  private CrossProducts.Rows rows(int count) {
    float[] values = new float[GROUPS * SIZE * count];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return new CrossProducts.Rows(GROUPS, SIZE, count, values);
  }

  private static double at(CrossProducts.Rows block, int group, int i, int row) {
    return block.values()[(group * SIZE + i) * block.rows() + row];
  }

  @Test
  void blocksOfAnySizeAddUpToTheMeansOfAllRows() {
    Moments moments = new Moments(GROUPS, SIZE, /* keepsWanted= */ true);
    double[][] actualWanted = new double[GROUPS][SIZE * SIZE];
    double[][] wantedWanted = new double[GROUPS][SIZE * SIZE];
    double[][] actual = new double[GROUPS][SIZE];
    int total = 0;
    try (CrossProducts products = new CrossProducts(TestKit.runtime())) {
      for (int count : new int[] {1, 7, 60_000, 2, 5}) {
        CrossProducts.Rows seen = rows(count);
        CrossProducts.Rows meant = rows(count);
        total += count;
        for (int group = 0; group < GROUPS; group++) {
          for (int row = 0; row < count; row++) {
            for (int i = 0; i < SIZE; i++) {
              actual[group][i] += at(seen, group, i, row);
              for (int j = 0; j < SIZE; j++) {
                int cell = i * SIZE + j;
                actualWanted[group][cell] += at(seen, group, i, row) * at(meant, group, j, row);
                wantedWanted[group][cell] += at(meant, group, i, row) * at(meant, group, j, row);
              }
            }
          }
        }
        moments.add(seen, meant, products);
      }
      moments.settle(products);
    }

    assertThat(moments.rows()).isEqualTo(total);
    for (int group = 0; group < GROUPS; group++) {
      close(moments.actualWanted(group), actualWanted[group], total);
      close(moments.wantedWanted(group), wantedWanted[group], total);
      close(moments.actual(group), actual[group], total);
    }
  }

  private static void close(double[] means, double[] sums, int rows) {
    assertThat(means)
        .containsExactly(Arrays.stream(sums).map(x -> x / rows).toArray(), within(1e-5));
  }

  @Test
  void readingBeforeEverythingIsSettledIsRefused() {
    Moments moments = new Moments(GROUPS, SIZE, /* keepsWanted= */ false);
    try (CrossProducts products = new CrossProducts(TestKit.runtime())) {
      moments.add(rows(2), rows(2), products);
      assertThatThrownBy(() -> moments.actual(0)).hasMessageContaining("settle");
      moments.settle(products);
      assertThat(moments.actual(0)).hasSize(SIZE);
    }
  }
}
