package dev.mixtune.evaluators;

import java.util.Arrays;
import java.util.Random;

/** Draws without replacement; the order of draws is part of what a seed means. */
final class Draw {
  private Draw() {}

  /** All of {@code from} in random order (Fisher-Yates). */
  static int[] shuffled(int[] from, Random random) {
    int[] order = from.clone();
    for (int i = order.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swap = order[i];
      order[i] = order[j];
      order[j] = swap;
    }
    return order;
  }

  /** A random {@code count} of {@code from}, ascending. */
  static int[] sorted(int[] from, int count, Random random) {
    int[] chosen = Arrays.copyOf(shuffled(from, random), count);
    Arrays.sort(chosen);
    return chosen;
  }
}
