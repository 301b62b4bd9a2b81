package dev.mixtune.engine.fitting;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Finds codes and scales of channels whose weights have one scale for each block of consecutive
 * inputs, on symmetric uniform grids.
 *
 * <p>A scale may be negative: the grid {@code -2^(bits-1) .. 2^(bits-1) - 1} reaches further on one
 * side, and at 2 bits a third of the range depends on which. Starts from plain rounding and from
 * error feedback; then coordinate descent in which scales take part like weights: the best scale of
 * each block, and the best code of each weight, while everything else stays.
 */
final class BlockSolver {
  /** Shares of the first scales from which error feedback starts. */
  private static final double[] STARTS = {1, 0.85, 1.15};

  private static final double LEAST_SCALE = 1e-12;

  /** A scale that moves by no more than this share of itself stands still. */
  private static final double SETTLED = 0.005;

  private final Quadratic quadratic;
  private final int[] block;
  private final int[][] members;
  private final int bits;
  private final int least;
  private final int most;

  /**
   * @param block of each weight, in the quadratic's order, 0-based and without gaps
   * @param bits 2, 4 or 8
   */
  BlockSolver(Quadratic quadratic, int[] block, int bits) {
    this.quadratic = quadratic;
    this.block = block.clone();
    this.bits = bits;
    this.least = -(1 << (bits - 1));
    this.most = -least - 1;
    int blocks = Arrays.stream(block).max().orElse(-1) + 1;
    List<List<Integer>> lists = new ArrayList<>();
    for (int b = 0; b < blocks; b++) {
      lists.add(new ArrayList<>());
    }
    for (int i = 0; i < block.length; i++) {
      lists.get(block[i]).add(i);
    }
    this.members =
        lists.stream()
            .map(list -> list.stream().mapToInt(Integer::intValue).toArray())
            .toArray(int[][]::new);
  }

  /**
   * One rounded channel.
   *
   * @param codes one per weight, in the quadratic's order
   * @param scales one per block, not zero
   * @param loss as of {@link ChannelSolution}
   */
  @SuppressWarnings("ArrayRecordComponent") // handed over, not kept
  record Solution(int[] codes, double[] scales, double loss) {}

  private final class Grid implements Quadratic.Grid {
    private final double[] scales;

    Grid(double[] scales) {
      this.scales = scales;
    }

    @Override
    public int code(int i, double value) {
      return (int) Math.max(least, Math.min(most, Math.rint(value / scales[block[i]])));
    }

    @Override
    public double value(int i, int code) {
      return code * scales[block[i]];
    }
  }

  /** Rounds channels that share the quadratic. */
  List<Solution> solve(List<Channel> channels) {
    List<double[]> targets = channels.stream().map(Channel::target).toList();
    List<double[]> scales = targets.stream().map(this::weightedScales).toList();
    List<int[]> nearest = new ArrayList<>();
    for (int channel = 0; channel < targets.size(); channel++) {
      double[] target = targets.get(channel);
      Grid grid = new Grid(scales.get(channel));
      int[] codes = new int[target.length];
      Arrays.setAll(codes, i -> grid.code(i, target[i]));
      nearest.add(codes);
    }
    List<Solution> best = new ArrayList<>(descend(channels, nearest, scales));
    int starts = bits == 2 ? STARTS.length : 1;
    for (int start = 0; start < starts; start++) {
      double share = STARTS[start];
      List<double[]> first =
          scales.stream().map(s -> Arrays.stream(s).map(x -> x * share).toArray()).toList();
      int[][] codes = quadratic.feedErrorForward(targets, first.stream().map(Grid::new).toList());
      List<Solution> others = descend(channels, Arrays.asList(codes), first);
      for (int channel = 0; channel < targets.size(); channel++) {
        if (others.get(channel).loss() < best.get(channel).loss()) {
          best.set(channel, others.get(channel));
        }
      }
    }
    return best;
  }

  /** The scales with the least squared error, each weight counting as its input is strong. */
  private double[] weightedScales(double[] target) {
    double[] scales = new double[members.length];
    Arrays.setAll(scales, b -> weightedScale(target, members[b]));
    return scales;
  }

  private double weightedScale(double[] target, int[] indices) {
    double largest = 0;
    for (int i : indices) {
      largest = Math.max(largest, Math.abs(target[i]));
    }
    double covering = Math.max(LEAST_SCALE, largest / (most + 0.5));
    double best = covering;
    double leastError = Double.POSITIVE_INFINITY;
    for (int percent = 30; percent <= 110; percent += 2) {
      for (int sign = -1; sign <= 1; sign += 2) {
        double scale = sign * Math.max(LEAST_SCALE, covering * percent / 100);
        double error = 0;
        for (int i : indices) {
          double code = Math.max(least, Math.min(most, Math.rint(target[i] / scale)));
          double difference = target[i] - code * scale;
          error += quadratic.diagonal(i) * difference * difference;
        }
        if (error < leastError) {
          leastError = error;
          best = scale;
        }
      }
    }
    return best;
  }

  private List<Solution> descend(List<Channel> channels, List<int[]> codes, List<double[]> scales) {
    List<State> states = new ArrayList<>();
    for (int channel = 0; channel < channels.size(); channel++) {
      double[] rightSide = channels.get(channel).rightSide();
      states.add(new State(rightSide, codes.get(channel), scales.get(channel)));
    }
    for (int i = 0; i < block.length; i++) {
      for (State state : states) {
        state.add(i);
      }
    }
    Descent.run(members.length + block.length, states);
    return states.stream().map(State::solution).toList();
  }

  /** Codes and scales of one channel on their way. */
  private final class State implements Descent.Steps {
    private final double[] rightSide;
    private final int[] codes;
    private final double[] scales;

    /** H times the rounded weights. */
    private final double[] product = new double[block.length];

    State(double[] rightSide, int[] codes, double[] scales) {
      this.rightSide = rightSide;
      this.codes = codes;
      this.scales = scales.clone();
    }

    void add(int i) {
      if (codes[i] != 0) {
        quadratic.addRow(i, codes[i] * scales[block[i]], product);
      }
    }

    @Override
    public void prepare() {
      // Scales are settled one by one, before the weights.
    }

    @Override
    public boolean settle(int step) {
      if (step < members.length) {
        return settleScale(step);
      }
      return settleCode(step - members.length);
    }

    private boolean settleScale(int b) {
      double slope = 0;
      double curvature = 0;
      for (int i : members[b]) {
        slope += codes[i] * (rightSide[i] - product[i]);
        for (int j : members[b]) {
          curvature += codes[i] * codes[j] * quadratic.element(i, j);
        }
      }
      double change = curvature > 0 ? slope / curvature : 0;
      // A small step is not worth its rows of H: it is a sum over the whole block.
      boolean stands = Math.abs(change) <= SETTLED * Math.abs(scales[b]);
      if (stands || Math.abs(scales[b] + change) < LEAST_SCALE) {
        return false;
      }
      for (int i : members[b]) {
        if (codes[i] != 0) {
          quadratic.addRow(i, change * codes[i], product);
        }
      }
      scales[b] += change;
      return true;
    }

    private boolean settleCode(int i) {
      double scale = scales[block[i]];
      double slope = product[i] - rightSide[i];
      double curvature = quadratic.diagonal(i);
      double ideal = codes[i] - slope / (scale * curvature);
      int code = (int) Math.max(least, Math.min(most, Math.rint(ideal)));
      double step = (code - codes[i]) * scale;
      if (code == codes[i] || step * (2 * slope + step * curvature) >= 0) {
        return false;
      }
      quadratic.addRow(i, step, product);
      codes[i] = code;
      return true;
    }

    Solution solution() {
      double loss = 0;
      for (int i = 0; i < codes.length; i++) {
        loss += scales[block[i]] * codes[i] * (product[i] - 2 * rightSide[i]);
      }
      return new Solution(codes, scales, loss);
    }
  }
}
