package dev.mixtune.engine.fitting;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * Finds codes and scales of channels on symmetric uniform grids.
 *
 * <p>From plain rounding, and from error feedback ({@link Quadratic#feedErrorForward}) at several
 * scales, whichever ends lower: rounds of two exact steps, neither of which can raise the loss: the
 * best scale for the codes, and the best code for each weight in turn while all others stay
 * (coordinate descent).
 */
final class UniformSolver {
  /** Shares of the scale with the least weighted squared error from which the search starts. */
  private static final double[] STARTS = {1, 0.85, 1.15, 0.7, 1.3, 0.55};

  /** Weights of a channel from which on fewer starts are tried. */
  private static final int WIDE = 768;

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
    public int code(int i, double value) {
      return (int) Math.max(least, Math.min(most, Math.rint(value / scale)));
    }

    @Override
    public double value(int i, int code) {
      return code * scale;
    }
  }

  /** Rounds channels that share the quadratic. */
  List<ChannelSolution> solve(List<Channel> channels) {
    List<double[]> targets = channels.stream().map(Channel::target).toList();
    double[] scales = targets.stream().mapToDouble(this::weightedScale).toArray();
    List<int[]> nearest = new ArrayList<>();
    for (int channel = 0; channel < scales.length; channel++) {
      UniformGrid grid = new UniformGrid(scales[channel], least, most);
      nearest.add(Arrays.stream(targets.get(channel)).mapToInt(w -> grid.code(0, w)).toArray());
    }
    List<ChannelSolution> best = new ArrayList<>(descend(channels, nearest, scales));
    // The coarser the grid, the more the start matters; at 8 bits it does not. Many weights make
    // up for a bad start by themselves, and each start takes its time.
    int starts = bits == 2 && quadratic.size() <= WIDE ? STARTS.length : bits == 8 ? 1 : 3;
    for (int i = 0; i < starts; i++) {
      double share = STARTS[i];
      double[] start = Arrays.stream(scales).map(scale -> scale * share).toArray();
      List<UniformGrid> grids =
          Arrays.stream(start).mapToObj(scale -> new UniformGrid(scale, least, most)).toList();
      int[][] codes = quadratic.feedErrorForward(targets, grids);
      List<ChannelSolution> others = descend(channels, Arrays.asList(codes), start);
      for (int channel = 0; channel < scales.length; channel++) {
        if (others.get(channel).loss() < best.get(channel).loss()) {
          best.set(channel, others.get(channel));
        }
      }
    }
    return best;
  }

  /** The scale with the least squared error, each weight counting as its input is strong. */
  double weightedScale(double[] target) {
    double largest = 0;
    for (double weight : target) {
      largest = Math.max(largest, Math.abs(weight));
    }
    double covering = Math.max(LEAST_SCALE, largest / (most + 0.5));
    double best = covering;
    double leastError = Double.POSITIVE_INFINITY;
    for (int percent = 15; percent <= 130; percent++) {
      double scale = Math.max(LEAST_SCALE, covering * percent / 100);
      double error = 0;
      for (int i = 0; i < target.length; i++) {
        double code = Math.max(least, Math.min(most, Math.rint(target[i] / scale)));
        double difference = target[i] - code * scale;
        error += quadratic.diagonal(i) * difference * difference;
      }
      if (error < leastError) {
        leastError = error;
        best = scale;
      }
    }
    return best;
  }

  /** Moves codes and scales while the loss falls; as below with all weights free. */
  List<ChannelSolution> descend(List<Channel> channels, List<int[]> codes, double[] scales) {
    return descend(channels, codes, scales, (channel, i) -> true);
  }

  /** Which weights may change. */
  interface Free {
    boolean test(int channel, int i);
  }

  /**
   * Moves codes and scales while the loss falls.
   *
   * @param codes where to start, one array per channel; changed
   * @param scales where to start, one per channel
   * @param free weights that may change; the others keep their codes
   */
  List<ChannelSolution> descend(
      List<Channel> channels, List<int[]> codes, double[] scales, Free free) {
    List<State> states = new ArrayList<>();
    for (int channel = 0; channel < scales.length; channel++) {
      int at = channel;
      states.add(
          new State(
              channels.get(channel).rightSide(),
              codes.get(channel),
              scales[channel],
              i -> free.test(at, i)));
    }
    for (int i = 0; i < quadratic.size(); i++) {
      for (State state : states) {
        state.add(i);
      }
    }
    Descent.run(quadratic.size(), states);
    return states.stream().map(State::solution).toList();
  }

  /** Codes and scale of one channel on their way. */
  private final class State implements Descent.Steps {
    private final double[] rightSide;
    private final int[] codes;

    /** H times the codes. */
    private final double[] product = new double[quadratic.size()];

    private final IntPredicate free;
    private double scale;

    State(double[] rightSide, int[] codes, double scale, IntPredicate free) {
      this.free = free;
      this.rightSide = rightSide;
      this.codes = codes;
      this.scale = scale;
    }

    void add(int i) {
      if (codes[i] != 0) {
        quadratic.addRow(i, codes[i], product);
      }
    }

    @Override
    public void prepare() {
      double linear = 0;
      double square = 0;
      for (int i = 0; i < codes.length; i++) {
        linear += codes[i] * rightSide[i];
        square += codes[i] * product[i];
      }
      // A scale is positive; a channel that would want a negative one keeps what it has.
      if (linear > 0 && square > 0) {
        scale = Math.max(LEAST_SCALE, linear / square);
      }
    }

    @Override
    public boolean settle(int i) {
      if (!free.test(i)) {
        return false;
      }
      double slope = scale * product[i] - rightSide[i];
      double curvature = quadratic.diagonal(i);
      double ideal = codes[i] - slope / (scale * curvature);
      int code = (int) Math.max(least, Math.min(most, Math.rint(ideal)));
      double step = (code - codes[i]) * scale;
      if (code == codes[i] || step * (2 * slope + step * curvature) >= 0) {
        return false;
      }
      quadratic.addRow(i, code - codes[i], product);
      codes[i] = code;
      return true;
    }

    ChannelSolution solution() {
      prepare();
      double loss = 0;
      for (int i = 0; i < codes.length; i++) {
        loss += scale * codes[i] * (scale * product[i] - 2 * rightSide[i]);
      }
      return new ChannelSolution(codes, scale, loss);
    }
  }
}
