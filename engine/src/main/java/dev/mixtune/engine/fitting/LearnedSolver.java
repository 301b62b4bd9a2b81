package dev.mixtune.engine.fitting;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Learns for each weight whether it is rounded up or down (AdaRound, Nagel et al. 2020,
 * arXiv:2004.10568, equations 21 to 25), for all weights of a channel at once.
 *
 * <p>The layer's output error is a quadratic of its weights here, so the gradient by the soft
 * rounding {@code h = clip(1.2 sigmoid(v) - 0.1, 0, 1)} is a matrix product. Departures: 200 steps
 * of Adam with a regularization that grows, scales from a solution on the same grid, and afterwards
 * the descent on codes and scales that {@link UniformSolver} ends with. A channel whose loss is not
 * lower then keeps the solution that it came with.
 */
final class LearnedSolver {
  /** Channels with more weights are left as they are: a step costs the square. */
  static final int MOST_WEIGHTS = 1024;

  private static final int STEPS = 200;
  private static final double RATE = 0.1;
  private static final double WARM_UP = 0.2;
  private static final double REGULARIZATION = 0.3;
  private static final double FIRST_BETA = 20;
  private static final double LAST_BETA = 2;
  private static final double ZETA = 1.1;
  private static final double GAMMA = -0.1;
  private static final double MOMENTUM = 0.9;
  private static final double SQUARES = 0.999;

  private final Quadratic quadratic;
  private final int bits;
  private final int least;
  private final int most;

  /**
   * @param bits 2, 4 or 8
   */
  LearnedSolver(Quadratic quadratic, int bits) {
    this.quadratic = quadratic;
    this.bits = bits;
    this.least = -(1 << (bits - 1));
    this.most = -least - 1;
  }

  /**
   * Rounds channels that share the quadratic.
   *
   * @param solutions of the same channels on a uniform grid of as many bits
   */
  List<ChannelSolution> solve(List<Channel> channels, List<ChannelSolution> solutions) {
    if (quadratic.size() > MOST_WEIGHTS) {
      return solutions;
    }
    List<int[]> codes = learned(channels, solutions);
    double[] scales = solutions.stream().mapToDouble(ChannelSolution::scale).toArray();
    List<ChannelSolution> better =
        new ArrayList<>(new UniformSolver(quadratic, bits).descend(channels, codes, scales));
    for (int channel = 0; channel < scales.length; channel++) {
      if (!(better.get(channel).loss() < solutions.get(channel).loss())) {
        better.set(channel, solutions.get(channel));
      }
    }
    return better;
  }

  /** The codes that gradients end at, before any descent. */
  List<int[]> learned(List<Channel> channels, List<ChannelSolution> solutions) {
    double strength = 0;
    for (int i = 0; i < quadratic.size(); i++) {
      strength += quadratic.diagonal(i) / quadratic.size();
    }
    List<Soft> softs = new ArrayList<>();
    for (int channel = 0; channel < solutions.size(); channel++) {
      softs.add(new Soft(channels.get(channel).target(), solutions.get(channel).scale(), strength));
    }
    for (int step = 1; step <= STEPS; step++) {
      softs.forEach(Soft::clear);
      for (int i = 0; i < quadratic.size(); i++) {
        for (Soft soft : softs) {
          quadratic.addRow(i, soft.error(i), soft.slope);
        }
      }
      for (Soft soft : softs) {
        soft.step(step);
      }
    }
    return softs.stream().map(Soft::codes).toList();
  }

  /** One channel, in units of its scale and of the inputs' mean strength. */
  private final class Soft {
    private final double[] target;
    private final double[] floors;
    private final double[] values;
    private final double[] first;
    private final double[] second;
    private final double[] slope;
    private final double strength;

    Soft(double[] weights, double scale, double strength) {
      int size = weights.length;
      this.target = Arrays.stream(weights).map(w -> w / scale).toArray();
      this.floors = new double[size];
      this.values = new double[size];
      this.first = new double[size];
      this.second = new double[size];
      this.slope = new double[size];
      this.strength = strength;
      for (int i = 0; i < size; i++) {
        // Beyond the ends of the grid the only choice is the end and what lies before it.
        floors[i] = Math.max(least, Math.min(most - 1, Math.floor(target[i])));
        double share = Math.max(0.01, Math.min(0.99, target[i] - floors[i]));
        values[i] = -Math.log((ZETA - GAMMA) / (share - GAMMA) - 1);
      }
    }

    private double sigmoid(int i) {
      return 1 / (1 + Math.exp(-values[i]));
    }

    private double up(double sigmoid) {
      return Math.max(0, Math.min(1, sigmoid * (ZETA - GAMMA) + GAMMA));
    }

    double error(int i) {
      return floors[i] + up(sigmoid(i)) - target[i];
    }

    void clear() {
      Arrays.fill(slope, 0);
    }

    /** A step of Adam; {@link #slope} holds H times the error. */
    void step(int number) {
      double done = Math.max(0, (number - WARM_UP * STEPS) / ((1 - WARM_UP) * STEPS));
      double beta = FIRST_BETA + (LAST_BETA - FIRST_BETA) * done;
      for (int i = 0; i < values.length; i++) {
        double sigmoid = sigmoid(i);
        double up = up(sigmoid);
        double curve = up <= 0 || up >= 1 ? 0 : (ZETA - GAMMA) * sigmoid * (1 - sigmoid);
        double centred = 2 * up - 1;
        double pull = -2 * beta * Math.pow(Math.abs(centred), beta - 1) * Math.signum(centred);
        double gradient = (2 * slope[i] / strength + REGULARIZATION * done * pull) * curve;
        first[i] = MOMENTUM * first[i] + (1 - MOMENTUM) * gradient;
        second[i] = SQUARES * second[i] + (1 - SQUARES) * gradient * gradient;
        double mean = first[i] / (1 - Math.pow(MOMENTUM, number));
        double square = second[i] / (1 - Math.pow(SQUARES, number));
        values[i] -= RATE * mean / (Math.sqrt(square) + 1e-10);
      }
    }

    int[] codes() {
      int[] codes = new int[values.length];
      for (int i = 0; i < codes.length; i++) {
        codes[i] = (int) floors[i] + (up(sigmoid(i)) >= 0.5 ? 1 : 0);
      }
      return codes;
    }
  }
}
