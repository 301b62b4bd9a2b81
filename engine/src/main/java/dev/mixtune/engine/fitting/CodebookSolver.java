package dev.mixtune.engine.fitting;

import java.util.Arrays;

/**
 * Finds a codebook of one channel: a few INT8 codes, a scale, and for each weight one of the codes.
 *
 * <p>Starts from k-means of the ideal weights with error feedback, and from the uniform solution;
 * then rounds of two exact steps, neither of which can raise the loss: the best levels for the
 * assignment, and the best level for each weight in turn while all others stay. The levels are then
 * put on INT8 codes, and the assignment and the scale are settled once more.
 */
final class CodebookSolver {
  private static final int SWEEPS = 20;
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
    public int code(double value) {
      int best = 0;
      for (int j = 1; j < values.length; j++) {
        if (Math.abs(value - values[j]) < Math.abs(value - values[best])) {
          best = j;
        }
      }
      return best;
    }

    @Override
    public double value(int code) {
      return values[code];
    }
  }

  /**
   * Rounds a channel.
   *
   * @param target ideal weights
   * @param rightSide H times the ideal weights
   * @param uniform the channel on the uniform grid of as many levels
   * @return INT8 codes, at most {@code 2^bits} different ones
   */
  ChannelSolution solve(double[] target, double[] rightSide, ChannelSolution uniform) {
    double[] strengths = new double[target.length];
    Arrays.setAll(strengths, quadratic::diagonal);
    Levels centres = new Levels(Clusters.centres(target, strengths, levels));
    State clustered =
        new State(centres.values.clone(), quadratic.feedErrorForward(target, centres), rightSide);
    State fromUniform = uniform(uniform, rightSide);
    ChannelSolution first = clustered.settle();
    ChannelSolution second = fromUniform.settle();
    return first.loss() < second.loss() ? first : second;
  }

  private State uniform(ChannelSolution uniform, double[] rightSide) {
    double[] values = new double[levels];
    Arrays.setAll(values, j -> (j - levels / 2) * uniform.scale());
    int[] assigned = Arrays.stream(uniform.codes()).map(code -> code + levels / 2).toArray();
    return new State(values, assigned, rightSide);
  }

  /** Levels and assignment of one channel on their way. */
  private final class State {
    private final int size = quadratic.size();
    private final double[] rightSide;
    private final int[] assigned;
    private double[] values;

    /** Row j is H times the indicator of level j. */
    private final double[][] sums;

    private double[] product;

    State(double[] values, int[] assigned, double[] rightSide) {
      this.values = values;
      this.assigned = assigned;
      this.rightSide = rightSide;
      this.sums = new double[values.length][size];
      this.product = new double[size];
      for (int i = 0; i < size; i++) {
        quadratic.addRow(i, 1, sums[assigned[i]]);
      }
    }

    ChannelSolution settle() {
      for (int sweep = 0; sweep < SWEEPS; sweep++) {
        refitLevels();
        multiply();
        if (!sweep()) {
          break;
        }
      }
      double scale = toCodes();
      for (int sweep = 0; sweep < SWEEPS; sweep++) {
        scale = refitScale(scale);
        if (!sweep()) {
          break;
        }
      }
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
        for (int i = 0; i < size; i++) {
          product[i] += values[j] * sums[j][i];
        }
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

    private boolean sweep() {
      boolean changed = false;
      for (int i = 0; i < size; i++) {
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
        if (best != assigned[i]) {
          quadratic.addRow(i, values[best] - values[assigned[i]], product);
          quadratic.addRow(i, -1, sums[assigned[i]]);
          quadratic.addRow(i, 1, sums[best]);
          assigned[i] = best;
          changed = true;
        }
      }
      return changed;
    }

    /** Moves the levels to multiples of a scale of which the largest is 127. */
    private double toCodes() {
      double largest = 0;
      for (double value : values) {
        largest = Math.max(largest, Math.abs(value));
      }
      double scale = Math.max(LEAST_SCALE, largest / LARGEST_CODE);
      for (int j = 0; j < values.length; j++) {
        values[j] = Math.rint(values[j] / scale) * scale;
      }
      multiply();
      return scale;
    }

    private double refitScale(double scale) {
      double linear = 0;
      double square = 0;
      for (int i = 0; i < size; i++) {
        linear += values[assigned[i]] * rightSide[i];
        square += values[assigned[i]] * product[i];
      }
      if (!(linear > 0 && square > 0) || scale * linear / square < LEAST_SCALE) {
        return scale;
      }
      double factor = linear / square;
      for (int j = 0; j < values.length; j++) {
        values[j] *= factor;
      }
      for (int i = 0; i < size; i++) {
        product[i] *= factor;
      }
      return scale * factor;
    }
  }
}
