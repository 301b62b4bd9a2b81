package dev.mixtune.hardware;

import dev.mixtune.engine.Basis;

/**
 * That pruned weights pay on a device: menus may then hold layers with a share of their weights set
 * to 0, which take fewer bytes in the file.
 *
 * @param share of each channel's weights that becomes 0, 0.5 to 1 (exclusive): below a half the
 *     mask eats what the zeros save
 * @param basis of the statement
 * @param source how it is known, a sentence
 */
public record Sparsity(double share, Basis basis, String source) {
  private static final double LEAST_SHARE = 0.5;

  public Sparsity {
    if (!(share >= LEAST_SHARE && share < 1)) {
      throw new IllegalArgumentException(
          "share is " + share + ", not within " + LEAST_SHARE + " to 1");
    }
    if (basis == Basis.NO_KERNEL) {
      throw new IllegalArgumentException("basis is no-kernel; leave sparsity out instead");
    }
  }
}
