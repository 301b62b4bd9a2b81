package dev.mixtune.training.tuning;

import dev.mixtune.engine.Tensor;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;

/**
 * Whether a network answers flipped and shifted pictures as it answers them as they are, which
 * those do that were trained with shifts.
 *
 * @param kept pictures whose class stayed
 * @param looked pictures that were looked at; 0 when the inputs are no pictures
 */
record ShiftTolerance(int kept, int looked) {
  /** So many samples tell. */
  static final int LOOKED_AT = 1024;

  private static final double LEAST_SHARE = 0.98;

  /** Whether a plan may learn from shifted pictures. */
  boolean suffices() {
    return looked > 0 && kept >= LEAST_SHARE * looked;
  }

  /**
   * Looks at pictures before and after; the changes are the same each time.
   *
   * @param classifier names the class of each sample of a batch
   */
  static ShiftTolerance of(
      Iterable<Map<String, Tensor>> batches, Function<Map<String, Tensor>, long[]> classifier) {
    PictureChanges changes = new PictureChanges(new SplittableRandom(0), /* shifts= */ true);
    int kept = 0;
    int looked = 0;
    for (Map<String, Tensor> batch : batches) {
      if (!PictureChanges.suits(batch)) {
        return new ShiftTolerance(0, 0);
      }
      long[] before = classifier.apply(batch);
      long[] after = classifier.apply(changes.changed(batch));
      for (int i = 0; i < before.length; i++) {
        kept += before[i] == after[i] ? 1 : 0;
      }
      looked += before.length;
    }
    return new ShiftTolerance(kept, looked);
  }
}
