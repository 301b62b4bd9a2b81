package dev.mixtune.engine.fitting;

import dev.mixtune.engine.Tensor;

/** The moments of one layer's inputs in one lane: of samples to round on, and of held-back ones. */
final class LayerMoments {
  private final Moments fitted;
  private final Moments heldBack;

  /**
   * @param choosesOnFitted whether there are too few samples to hold any back
   */
  LayerMoments(PatchReader patches, boolean choosesOnFitted) {
    fitted = new Moments(patches.groups(), patches.size(), choosesOnFitted);
    heldBack = new Moments(patches.groups(), patches.size(), /* keepsWanted= */ true);
  }

  Moments fitted() {
    return fitted;
  }

  Moments heldBack() {
    return heldBack;
  }

  void add(RowDraw draw, Tensor.Floats actual, CrossProducts products) {
    for (RowDraw.Block block : draw.blocks()) {
      Moments moments = block.heldBack() ? heldBack : fitted;
      moments.add(draw.read(block, actual), draw.read(block), products);
    }
  }

  /** Takes in what waits; due before anything is read. */
  void settle(CrossProducts products) {
    fitted.settle(products);
    heldBack.settle(products);
  }
}
