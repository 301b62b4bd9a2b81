package dev.mixtune.evaluators;

import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Spearman's rank correlation of samples that count several times: Pearson's correlation of average
 * ranks. Sorted once; each further evaluation takes time linear in the samples.
 */
final class RankCorrelation {
  private final Order first;
  private final Order second;

  RankCorrelation(double[] first, double[] second) {
    this.first = Order.of(first);
    this.second = Order.of(second);
  }

  /**
   * The correlation.
   *
   * @param times how often each sample counts
   * @return -1..1; NaN where one of the two has a single value only
   */
  double of(int[] times) {
    double[] a = first.ranks(times);
    double[] b = second.ranks(times);
    long count = 0;
    for (int time : times) {
      count += time;
    }
    double middle = (count + 1) / 2.0;
    double ab = 0;
    double aa = 0;
    double bb = 0;
    for (int i = 0; i < times.length; i++) {
      double x = a[i] - middle;
      double y = b[i] - middle;
      ab += times[i] * x * y;
      aa += times[i] * x * x;
      bb += times[i] * y * y;
    }
    // Rounding must not leave the correlation of equal ranks a hair beside 1.
    return aa == 0 || bb == 0 ? Double.NaN : Math.max(-1, Math.min(1, ab / Math.sqrt(aa * bb)));
  }

  /**
   * Samples by rising value.
   *
   * @param positions of the samples
   * @param firstOfTie whether a sample's value differs from the one before
   */
  @SuppressWarnings("ArrayRecordComponent") // private, never changed
  private record Order(int[] positions, boolean[] firstOfTie) {

    static Order of(double[] values) {
      int[] positions =
          IntStream.range(0, values.length)
              .boxed()
              .sorted(Comparator.comparingDouble(i -> values[i]))
              .mapToInt(Integer::intValue)
              .toArray();
      boolean[] firstOfTie = new boolean[values.length];
      for (int i = 0; i < positions.length; i++) {
        firstOfTie[i] = i == 0 || values[positions[i]] != values[positions[i - 1]];
      }
      return new Order(positions, firstOfTie);
    }

    /** Average ranks from 1, by sample. */
    double[] ranks(int[] times) {
      double[] ranks = new double[times.length];
      long before = 0;
      for (int start = 0; start < positions.length; ) {
        int end = start;
        long equal = 0;
        do {
          equal += times[positions[end]];
          end++;
        } while (end < positions.length && !firstOfTie[end]);
        for (int i = start; i < end; i++) {
          ranks[positions[i]] = before + (equal + 1) / 2.0;
        }
        before += equal;
        start = end;
      }
      return ranks;
    }
  }
}
