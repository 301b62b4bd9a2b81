package dev.mixtune.hardware;

import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Draws mixes of kernels that span all mixes: the share of float layers is uniform over 0..1, and
 * every second mix is made of blocks of neighbours that share a kernel, because boundaries between
 * precisions cost as much as layers do and are rare in blocks only.
 *
 * <p>The draws depend on the generator alone. Not thread-safe.
 */
public final class MixDesign {
  /** A block ends behind each layer with this probability: five layers on average. */
  private static final double BLOCK_ENDS = 0.2;

  private final int[] kernels;
  private final RandomGenerator random;
  private int drawn;

  /**
   * @param kernels for each choice, how many kernels it has; kernel 0 is float, or whatever else is
   *     the only one
   * @param random decides everything
   */
  public MixDesign(List<Integer> kernels, RandomGenerator random) {
    this.kernels = kernels.stream().mapToInt(Integer::intValue).toArray();
    this.random = random;
    for (int count : this.kernels) {
      if (count < 1) {
        throw new IllegalArgumentException("a choice needs a kernel: " + kernels);
      }
    }
  }

  /** The next mix: the kernel of each choice, in the order of the choices. */
  public int[] next() {
    boolean inBlocks = drawn++ % 2 == 1;
    double floatShare = random.nextDouble();
    int[] mix = new int[kernels.length];
    boolean isFloat = false;
    double which = 0;
    for (int i = 0; i < mix.length; i++) {
      if (!inBlocks || i == 0 || random.nextDouble() < BLOCK_ENDS) {
        isFloat = random.nextDouble() < floatShare;
        which = random.nextDouble();
      }
      mix[i] = isFloat || kernels[i] == 1 ? 0 : 1 + (int) (which * (kernels[i] - 1));
    }
    return mix;
  }
}
