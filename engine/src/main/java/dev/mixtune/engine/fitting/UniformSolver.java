package dev.mixtune.engine.fitting;

import java.util.Arrays;

/**
 * Finds codes and the scale of one channel on a symmetric uniform grid.
 *
 * <p>From plain rounding, and from error feedback ({@link Quadratic#feedErrorForward}) at several
 * scales, whichever ends lower: rounds of two exact steps, neither of which can raise the loss: the
 * best scale for the codes, and the best code for each weight in turn while all others stay
 * (coordinate descent).
 */
final class UniformSolver {
  /** Shares of the scale with the least weighted squared error from which the search starts. */
  private static final double[] STARTS = {1, 0.85, 1.15, 0.7, 1.3, 0.55};

  private static final int SWEEPS = 20;
  private static final double LEAST_SCALE = 1e-12;

  private final Quadratic quadratic;
  private final int bits;
  private final int least;
  private final int most;

  /**
   * @param bits 2, 4 or 8
   */
  UniformSolver(Quadratic quadratic, int bits) {
    this.quadratic = quadratic;
    this.bits = bits;
    this.least = -(1 << (bits - 1));
    this.most = -least - 1;
  }

  private record UniformGrid(double scale, int least, int most) implements Quadratic.Grid {
    @Override
    public int code(double value) {
      return (int) Math.max(least, Math.min(most, Math.rint(value / scale)));
    }

    @Override
    public double value(int code) {
      return code * scale;
    }
  }

  /**
   * Rounds a channel.
   *
   * @param target ideal weights
   * @param rightSide H times the ideal weights
   */
  ChannelSolution solve(double[] target, double[] rightSide) {
    double scale = weightedScale(target);
    UniformGrid plain = new UniformGrid(scale, least, most);
    int[] nearest = Arrays.stream(target).mapToInt(plain::code).toArray();
    ChannelSolution best = descend(nearest, rightSide, scale);
    // The coarser the grid, the more the start matters; at 8 bits it does not.
    int starts = bits == 2 ? STARTS.length : bits == 4 ? 3 : 1;
    for (int i = 0; i < starts; i++) {
      UniformGrid grid = new UniformGrid(scale * STARTS[i], least, most);
      int[] codes = quadratic.feedErrorForward(target, grid);
      ChannelSolution other = descend(codes, rightSide, grid.scale);
      if (other.loss() < best.loss()) {
        best = other;
      }
    }
    return best;
  }

  /** The scale with the least squared error, each weight counting as its input is strong. */
  private double weightedScale(double[] target) {
    double largest = 0;
    for (double weight : target) {
      largest = Math.max(largest, Math.abs(weight));
    }
    double covering = Math.max(LEAST_SCALE, largest / (most + 0.5));
    double best = covering;
    double leastError = Double.POSITIVE_INFINITY;
    for (int percent = 15; percent <= 130; percent++) {
      UniformGrid grid =
          new UniformGrid(Math.max(LEAST_SCALE, covering * percent / 100), least, most);
      double error = 0;
      for (int i = 0; i < target.length; i++) {
        double difference = target[i] - grid.value(grid.code(target[i]));
        error += quadratic.diagonal(i) * difference * difference;
      }
      if (error < leastError) {
        leastError = error;
        best = grid.scale;
      }
    }
    return best;
  }

  private ChannelSolution descend(int[] codes, double[] rightSide, double start) {
    double scale = start;
    double[] product = new double[codes.length];
    for (int i = 0; i < codes.length; i++) {
      if (codes[i] != 0) {
        quadratic.addRow(i, codes[i], product);
      }
    }
    scale = bestScale(codes, product, rightSide, scale);
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
      boolean changed = sweep(codes, product, rightSide, scale);
      scale = bestScale(codes, product, rightSide, scale);
      if (!changed) {
        break;
      }
    }
    return new ChannelSolution(codes, scale, loss(codes, product, rightSide, scale));
  }

  private static double bestScale(
      int[] codes, double[] product, double[] rightSide, double current) {
    double linear = 0;
    double square = 0;
    for (int i = 0; i < codes.length; i++) {
      linear += codes[i] * rightSide[i];
      square += codes[i] * product[i];
    }
    // A scale is positive; a channel that would want a negative one keeps what it has.
    return linear > 0 && square > 0 ? Math.max(LEAST_SCALE, linear / square) : current;
  }

  private boolean sweep(int[] codes, double[] product, double[] rightSide, double scale) {
    boolean changed = false;
    for (int i = 0; i < codes.length; i++) {
      double slope = scale * product[i] - rightSide[i];
      double curvature = quadratic.diagonal(i);
      double ideal = codes[i] - slope / (scale * curvature);
      int code = (int) Math.max(least, Math.min(most, Math.rint(ideal)));
      double step = (code - codes[i]) * scale;
      if (code != codes[i] && step * (2 * slope + step * curvature) < 0) {
        quadratic.addRow(i, code - codes[i], product);
        codes[i] = code;
        changed = true;
      }
    }
    return changed;
  }

  private static double loss(int[] codes, double[] product, double[] rightSide, double scale) {
    double sum = 0;
    for (int i = 0; i < codes.length; i++) {
      sum += scale * codes[i] * (scale * product[i] - 2 * rightSide[i]);
    }
    return sum;
  }
}
