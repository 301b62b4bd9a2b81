package dev.mixtune.engine.fitting;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Prunes a share of each channel's weights and rounds the rest to a symmetric uniform grid, in one
 * pass (SparseGPT, Frantar and Alistarh 2023, arXiv:2301.00774, algorithm 1 and section 3.5).
 *
 * <p>Weights are visited in order. At the start of each block of 128 those of its weights go whose
 * removal costs least when all later ones make up for it, {@code w_j^2 / [H^-1]_jj} of the weights
 * still open, where {@code [H^-1]_jj} is the squared diagonal of the inverse's root. A pruned
 * weight becomes 0, a kept one its nearest code, and those still open take the error up. Then scale
 * and codes of the kept weights descend as in {@link UniformSolver}; the mask stays.
 */
final class SparseSolver {
  private static final int BLOCK = 128;

  /** Shares of the full channel's best scale to start from: kept weights grow. */
  private static final double[] STARTS = {1, 1.3};

  private final Quadratic quadratic;
  private final int bits;
  private final double share;
  private final UniformSolver grid;

  /**
   * @param bits 4 or 8
   * @param share of each block's weights that goes, rounded up, 0..1
   */
  SparseSolver(Quadratic quadratic, int bits, double share) {
    this.quadratic = quadratic;
    this.bits = bits;
    this.share = share;
    this.grid = new UniformSolver(quadratic, bits);
  }

  /** Prunes and rounds channels that share the quadratic. Pruned weights have code 0. */
  List<ChannelSolution> solve(List<Channel> channels) {
    return channels.stream().map(this::solve).toList();
  }

  private ChannelSolution solve(Channel channel) {
    double full = grid.weightedScale(channel.target());
    return Arrays.stream(STARTS)
        .mapToObj(start -> solve(channel, start * full))
        .min(Comparator.comparingDouble(ChannelSolution::loss))
        .orElseThrow();
  }

  private ChannelSolution solve(Channel channel, double scale) {
    int size = quadratic.size();
    int most = (1 << (bits - 1)) - 1;
    double[] open = channel.target().clone();
    boolean[] kept = new boolean[size];
    int[] codes = new int[size];
    for (int i = 0; i < size; i++) {
      if (i % BLOCK == 0) {
        choose(open, kept, i, Math.min(size, i + BLOCK));
      }
      codes[i] =
          kept[i] ? (int) Math.max(-most - 1, Math.min(most, Math.rint(open[i] / scale))) : 0;
      int row = i * size;
      double error = (open[i] - codes[i] * scale) / quadratic.inverseRoot()[row + i];
      Vectors.addScaled(-error, quadratic.inverseRoot(), row, open, i + 1, size);
    }
    return grid.descend(
            List.of(channel), List.of(codes), new double[] {scale}, (unused, i) -> kept[i])
        .get(0);
  }

  /** Marks the weights of a block that stay. */
  private void choose(double[] open, boolean[] kept, int from, int to) {
    int pruned = (int) Math.ceil(share * (to - from));
    IntStream.range(from, to)
        .boxed()
        .sorted(Comparator.comparingDouble(j -> saliency(open, j)))
        .skip(pruned)
        .forEach(j -> kept[j] = true);
  }

  private double saliency(double[] open, int j) {
    double ratio = open[j] / quadratic.inverseRoot()[j * quadratic.size() + j];
    return ratio * ratio;
  }
}
