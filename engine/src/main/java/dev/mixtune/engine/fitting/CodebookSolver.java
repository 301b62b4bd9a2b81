package dev.mixtune.engine.fitting;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Finds codebooks of channels: a few INT8 codes, a scale, and for each weight one of the codes.
 *
 * <p>Starts from k-means of the ideal weights with error feedback, and from the uniform solution;
 * then rounds of two exact steps, neither of which can raise the loss: the best levels for the
 * assignment, and the best level for each weight in turn while all others stay. The levels are then
 * put on INT8 codes, and the assignment and the scale are settled once more.
 */
final class CodebookSolver {
  private static final double LARGEST_CODE = 127;

  /** Pull of the refit towards the present levels, so that unused ones stay where they are. */
  private static final double RIDGE = 1e-6;

  private static final double LEAST_SCALE = 1e-12;

  private final Quadratic quadratic;
  private final int levels;
  private final DenseAlgebra algebra;

  /**
   * @param bits of an index, 2 or 4
   */
  CodebookSolver(Quadratic quadratic, int bits, DenseAlgebra algebra) {
    this.quadratic = quadratic;
    this.levels = 1 << bits;
    this.algebra = algebra;
  }

  @SuppressWarnings("ArrayRecordComponent") // scratch of one channel
  private record Levels(double[] values) implements Quadratic.Grid {
    @Override
    public int code(int i, double value) {
      int best = 0;
      for (int j = 1; j < values.length; j++) {
        if (Math.abs(value - values[j]) < Math.abs(value - values[best])) {
          best = j;
        }
      }
      return best;
    }

    @Override
    public double value(int i, int code) {
      return values[code];
    }
  }

  /**
   * Rounds channels that share the quadratic.
   *
   * @param uniform the channels on the uniform grid of as many levels
   * @return INT8 codes, at most {@code 2^bits} different ones in each channel
   */
  List<ChannelSolution> solve(List<Channel> channels, List<ChannelSolution> uniform) {
    double[] strengths = new double[quadratic.size()];
    Arrays.setAll(strengths, quadratic::diagonal);
    List<double[]> targets = channels.stream().map(Channel::target).toList();
    List<Levels> centres =
        targets.stream()
            .map(target -> new Levels(Clusters.centres(target, strengths, levels)))
            .toList();
    int[][] clustered = quadratic.feedErrorForward(targets, centres);
    List<State> states = new ArrayList<>();
    for (int channel = 0; channel < channels.size(); channel++) {
      double[] rightSide = channels.get(channel).rightSide();
      double[] values = centres.get(channel).values.clone();
      states.add(new State(values, clustered[channel], rightSide));
    }
    for (int channel = 0; channel < channels.size(); channel++) {
      states.add(fromUniform(uniform.get(channel), channels.get(channel).rightSide()));
    }
    List<ChannelSolution> settled = settled(states);
    List<ChannelSolution> best = new ArrayList<>();
    for (int channel = 0; channel < channels.size(); channel++) {
      ChannelSolution first = settled.get(channel);
      ChannelSolution second = settled.get(channels.size() + channel);
      best.add(first.loss() < second.loss() ? first : second);
    }
    return best;
  }

  private List<ChannelSolution> settled(List<State> states) {
    for (int i = 0; i < quadratic.size(); i++) {
      for (State state : states) {
        state.add(i);
      }
    }
    Descent.run(quadratic.size(), states);
    states.forEach(State::toCodes);
    Descent.run(quadratic.size(), states);
    return states.stream().map(State::solution).toList();
  }

  private State fromUniform(ChannelSolution uniform, double[] rightSide) {
    double[] values = new double[levels];
    Arrays.setAll(values, j -> (j - levels / 2) * uniform.scale());
    int[] assigned = Arrays.stream(uniform.codes()).map(code -> code + levels / 2).toArray();
    return new State(values, assigned, rightSide);
  }

  /** Levels and assignment of one channel on their way. */
  private final class State implements Descent.Steps {
    private final int size = quadratic.size();
    private final double[] rightSide;
    private final int[] assigned;
    private double[] values;

    /** Row j is H times the indicator of level j. */
    private final double[][] sums;

    private double[] product;

    /** Positive once the levels are INT8 codes times this scale; 0 while they are free. */
    private double scale;

    State(double[] values, int[] assigned, double[] rightSide) {
      this.values = values;
      this.assigned = assigned;
      this.rightSide = rightSide;
      this.sums = new double[values.length][size];
      this.product = new double[size];
    }

    void add(int i) {
      quadratic.addRow(i, 1, sums[assigned[i]]);
    }

    @Override
    public void prepare() {
      if (scale > 0) {
        refitScale();
      } else {
        refitLevels();
        multiply();
      }
    }

    ChannelSolution solution() {
      double loss = 0;
      int[] codes = new int[size];
      for (int i = 0; i < size; i++) {
        double value = values[assigned[i]];
        codes[i] = (int) Math.rint(value / scale);
        loss += value * (product[i] - 2 * rightSide[i]);
      }
      return new ChannelSolution(codes, scale, loss);
    }

    private void multiply() {
      product = new double[size];
      for (int j = 0; j < values.length; j++) {
        Vectors.addScaled(values[j], sums[j], 0, product, 0, size);
      }
    }

    /** Least loss over all levels at once: a linear system of as many unknowns. */
    private void refitLevels() {
      int count = values.length;
      double[] matrix = new double[count * count];
      double[] right = new double[count];
      double trace = 0;
      for (int i = 0; i < size; i++) {
        right[assigned[i]] += rightSide[i];
        for (int j = 0; j < count; j++) {
          matrix[j * count + assigned[i]] += sums[j][i];
        }
      }
      for (int j = 0; j < count; j++) {
        trace += matrix[j * count + j];
      }
      double ridge = RIDGE * trace / count;
      for (int j = 0; j < count; j++) {
        matrix[j * count + j] += ridge;
        right[j] += ridge * values[j];
      }
      algebra.factor(count, matrix).ifPresent(factors -> values = factors.solve(right, 1));
    }

    @Override
    public boolean settle(int i) {
      double slope = product[i] - rightSide[i];
      double curvature = quadratic.diagonal(i);
      int best = assigned[i];
      double most = 0;
      for (int j = 0; j < values.length; j++) {
        double step = values[j] - values[assigned[i]];
        double gain = step * (2 * slope + step * curvature);
        if (gain < most) {
          most = gain;
          best = j;
        }
      }
      if (best == assigned[i]) {
        return false;
      }
      quadratic.addRow(i, values[best] - values[assigned[i]], product);
      if (scale == 0) {
        quadratic.addRow(i, -1, sums[assigned[i]]);
        quadratic.addRow(i, 1, sums[best]);
      }
      assigned[i] = best;
      return true;
    }

    /** Moves the levels to multiples of a scale of which the largest is 127. */
    void toCodes() {
      double largest = 0;
      for (double value : values) {
        largest = Math.max(largest, Math.abs(value));
      }
      scale = Math.max(LEAST_SCALE, largest / LARGEST_CODE);
      for (int j = 0; j < values.length; j++) {
        values[j] = Math.rint(values[j] / scale) * scale;
      }
      multiply();
    }

    private void refitScale() {
      double linear = 0;
      double square = 0;
      for (int i = 0; i < size; i++) {
        linear += values[assigned[i]] * rightSide[i];
        square += values[assigned[i]] * product[i];
      }
      if (!(linear > 0 && square > 0) || scale * linear / square < LEAST_SCALE) {
        return;
      }
      double factor = linear / square;
      for (int j = 0; j < values.length; j++) {
        values[j] *= factor;
      }
      for (int i = 0; i < size; i++) {
        product[i] *= factor;
      }
      scale *= factor;
    }
  }
}
