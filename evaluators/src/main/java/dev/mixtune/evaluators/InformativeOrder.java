package dev.mixtune.evaluators;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The order in which a set's samples tell most about a model that is compared with float, and the
 * rungs at which one may stop.
 *
 * <p>First come all samples that float answers wrong: only they can be gained, so once they are
 * scored the gains are known, and the net loss so far can only grow. Then come the others by
 * float's margin, the smallest first, because those are lost first. At every point
 *
 * <pre>
 * lost - gained on the whole set &gt;= lost so far - gained so far - float's wrong samples to come
 * </pre>
 *
 * which is arithmetic and no estimate: it holds for every model, however it was selected and
 * however often one looks.
 */
final class InformativeOrder {
  /** Shares of the samples that float answers right, up to which the rungs go. */
  private static final int[] PARTS = {32, 16, 8, 4};

  private final int[] order;
  private final int floatWrong;

  private InformativeOrder(int[] order, int floatWrong) {
    this.order = order;
    this.floatWrong = floatWrong;
  }

  /**
   * The order of a set.
   *
   * @param floatRight positions that float answers right
   * @param margins float's margin by position
   */
  static InformativeOrder of(BitSet floatRight, float[] margins) {
    int[] order =
        IntStream.range(0, margins.length)
            .boxed()
            .sorted(
                Comparator.comparing((Integer position) -> floatRight.get(position))
                    .thenComparing(position -> margins[position])
                    .thenComparing(position -> position))
            .mapToInt(Integer::intValue)
            .toArray();
    return new InformativeOrder(order, margins.length - floatRight.cardinality());
  }

  /** Positions in the set, the most informative first. */
  int[] positions() {
    return order.clone();
  }

  /**
   * The rungs below the whole set, in samples: float's wrong samples and a growing part of the
   * others, rounded up to whole batches.
   */
  List<Integer> rungs(int batch) {
    List<Integer> rungs = new ArrayList<>();
    for (int part : PARTS) {
      int wanted = floatWrong + (order.length - floatWrong + part - 1) / part;
      int samples = (wanted + batch - 1) / batch * batch;
      if (samples < order.length && !rungs.contains(samples)) {
        rungs.add(samples);
      }
    }
    return rungs;
  }

  /**
   * The net loss on the whole set is at least this, after the first {@code samples} of the order.
   */
  int netLostAtLeast(int samples, int lost, int gained) {
    return lost - gained - Math.max(0, floatWrong - samples);
  }
}
