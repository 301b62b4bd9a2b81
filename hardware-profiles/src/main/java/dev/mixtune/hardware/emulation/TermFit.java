package dev.mixtune.hardware.emulation;

import dev.mixtune.engine.KernelUse;
import dev.mixtune.hardware.Terms;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Non-negative least squares of the relative error, over the six things that a count can be
 * proportional to. There are so few that every subset of them is tried: the best one whose plain
 * least-squares solution is nowhere negative is the optimum (Lawson and Hanson 1974, chapter 23).
 *
 * @param terms what grows with the kernel
 * @param fixed what every call takes
 */
record TermFit(Terms terms, double fixed) {
  private static final int FEATURES = 6;
  private static final int PRODUCTS = 1;
  private static final int GATHERED = 1 << 1;
  private static final int READ = 1 << 2;
  private static final int WRITTEN = 1 << 3;
  private static final int WEIGHTS = 1 << 4;
  private static final int CALLS = 1 << 5;

  /**
   * One equation.
   *
   * @param use the kernel
   * @param count what it counted
   * @param scale an error of this size counts as 1; greater than 0
   */
  record Sample(KernelUse use, double count, double scale) {}

  /** What a family may depend on: a subset keeps terms apart that its shapes cannot tell apart. */
  enum Basis {
    /** Convolutions: products, gathered elements, inputs, outputs. */
    CONVOLUTION(PRODUCTS | GATHERED | READ | WRITTEN),
    /** Depthwise convolutions: products, inputs (more of them with a stride), outputs, channels. */
    DEPTHWISE(PRODUCTS | READ | WRITTEN | WEIGHTS),
    /** Grouped convolutions, of which few shapes are counted: products, outputs. */
    GROUPED(PRODUCTS | WRITTEN),
    /** Matrix products: products, inputs, outputs, weights. */
    PRODUCT(PRODUCTS | READ | WRITTEN | WEIGHTS),
    /** What passes over its inputs and outputs. */
    POOLING(READ | WRITTEN),
    /** What passes over its outputs. */
    ELEMENTS(WRITTEN),
    /** What passes over its inputs. */
    INPUTS(READ),
    /** What passes over its outputs, and the call itself. */
    CALL(WRITTEN | CALLS);

    private final int features;

    Basis(int features) {
      this.features = features;
    }
  }

  /** Fits the samples, at least one. */
  static TermFit of(List<Sample> samples, Basis basis) {
    double[][] rows =
        samples.stream().map(s -> features(s.use(), s.scale())).toArray(double[][]::new);
    double[] goal = samples.stream().mapToDouble(s -> s.count() / s.scale()).toArray();
    double[] best = new double[FEATURES];
    double least = error(rows, goal, best);
    for (int subset = 1; subset < 1 << FEATURES; subset++) {
      if ((subset & ~basis.features) == 0) {
        double[] solution = solve(rows, goal, subset);
        double error = error(rows, goal, solution);
        if (isFeasible(solution) && error < least * (1 - 1e-9)) {
          best = solution;
          least = error;
        }
      }
    }
    return new TermFit(new Terms(best[0], best[1], best[2], best[3], best[4]), best[5]);
  }

  /** What the fit says about a kernel. */
  double count(KernelUse use) {
    return terms.of(use) + fixed;
  }

  private static double[] features(KernelUse use, double scale) {
    return new double[] {
      use.macs() / scale,
      Terms.patchElements(use) / scale,
      use.inputElements() / scale,
      use.outputElements() / scale,
      use.weightElements() / scale,
      1 / scale
    };
  }

  private static boolean isFeasible(double[] solution) {
    for (double value : solution) {
      if (!(value >= 0)) {
        return false;
      }
    }
    return true;
  }

  private static double error(double[][] rows, double[] goal, double[] solution) {
    double sum = 0;
    for (int r = 0; r < rows.length; r++) {
      double difference = -goal[r];
      for (int i = 0; i < FEATURES; i++) {
        difference += rows[r][i] * solution[i];
      }
      sum += difference * difference;
    }
    return sum;
  }

  /**
   * Normal equations of the chosen columns, each scaled to length 1; NaN where they are singular.
   */
  private static double[] solve(double[][] rows, double[] goal, int subset) {
    int[] columns = IntStream.range(0, FEATURES).filter(i -> (subset >> i & 1) == 1).toArray();
    int n = columns.length;
    double[] lengths = new double[n];
    for (int i = 0; i < n; i++) {
      for (double[] row : rows) {
        lengths[i] += row[columns[i]] * row[columns[i]];
      }
      lengths[i] = Math.sqrt(lengths[i]);
    }
    double[][] system = new double[n][n + 1];
    for (int r = 0; r < rows.length; r++) {
      for (int i = 0; i < n; i++) {
        double left = rows[r][columns[i]] / lengths[i];
        for (int j = 0; j < n; j++) {
          system[i][j] += left * rows[r][columns[j]] / lengths[j];
        }
        system[i][n] += left * goal[r];
      }
    }
    double[] reduced = eliminate(system);
    double[] solution = new double[FEATURES];
    for (int i = 0; i < n; i++) {
      solution[columns[i]] = reduced[i] / lengths[i];
    }
    return solution;
  }

  /** Gauss elimination with pivots from the column's largest entry. */
  private static double[] eliminate(double[][] system) {
    int n = system.length;
    for (int column = 0; column < n; column++) {
      int pivot = column;
      for (int r = column + 1; r < n; r++) {
        if (Math.abs(system[r][column]) > Math.abs(system[pivot][column])) {
          pivot = r;
        }
      }
      double[] swapped = system[column];
      system[column] = system[pivot];
      system[pivot] = swapped;
      double divisor =
          Math.abs(system[column][column]) < 1e-10 ? Double.NaN : system[column][column];
      for (int r = 0; r < n; r++) {
        double factor = r == column ? 0 : system[r][column] / divisor;
        for (int c = column; c <= n; c++) {
          system[r][c] -= factor * system[column][c];
        }
      }
    }
    double[] solution = new double[n];
    for (int i = 0; i < n; i++) {
      solution[i] = system[i][n] / system[i][i];
    }
    return solution;
  }
}
