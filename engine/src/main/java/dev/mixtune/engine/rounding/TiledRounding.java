package dev.mixtune.engine.rounding;

import dev.mixtune.engine.graph.ChannelLayout;
import dev.mixtune.engine.graph.FloatSource;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;

/**
 * Rounds a weight tensor a few channels at a time, from and to memory outside the heap. Channels do
 * not know of each other, so the values are those of rounding the whole at once.
 */
public final class TiledRounding {
  private static final int TILE_VALUES = 1 << 20;

  private final RoundingMethod method;
  private final Executor executor;

  /**
   * @param method how
   * @param executor spreads the tiles; not the caller's own
   */
  public TiledRounding(RoundingMethod method, Executor executor) {
    this.method = method;
    this.executor = executor;
  }

  /**
   * Rounds a tensor.
   *
   * @param weights finite values in the layout's order
   * @param layout where the output channels lie
   * @param bits 2, 4 or 8
   * @param into takes what the codes stand for, in the same order, from position 0 on
   */
  public void round(FloatSource weights, ChannelLayout layout, int bits, FloatBuffer into) {
    int most = Math.max(1, TILE_VALUES / layout.perChannel());
    List<CompletableFuture<Void>> tiles = new ArrayList<>();
    for (int from = 0; from < layout.channels(); from += most) {
      int first = from;
      int count = Math.min(most, layout.channels() - from);
      tiles.add(
          CompletableFuture.runAsync(
              () -> tile(weights, layout, first, count, bits, into), executor));
    }
    try {
      CompletableFuture.allOf(tiles.toArray(new CompletableFuture<?>[0])).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }

  private void tile(
      FloatSource weights, ChannelLayout whole, int from, int count, int bits, FloatBuffer into) {
    ChannelLayout layout = new ChannelLayout(whole.outer(), count, whole.inner(), whole.axis());
    int run = count * whole.inner();
    float[] tile = new float[layout.size()];
    for (int outer = 0; outer < whole.outer(); outer++) {
      weights.read(start(whole, outer, from), tile, outer * run, run);
    }
    float[] rounded = method.round(tile, layout, bits).values();
    for (int outer = 0; outer < whole.outer(); outer++) {
      into.put(start(whole, outer, from), rounded, outer * run, run);
    }
  }

  private static int start(ChannelLayout layout, int outer, int channel) {
    return (outer * layout.channels() + channel) * layout.inner();
  }
}
