package dev.mixtune.engine.fitting;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The rounding problem of one group of a layer: the quantized layer, given the inputs that it
 * really sees, shall answer as the float layer does.
 *
 * <p>With H the second moment of the actual inputs, C the cross moment of actual and wanted inputs
 * and w the float weights of a channel, the ideal weights are {@code H^-1 C w}. Both moments are
 * taken about the mean where a bias takes the mean up. Dampening adds {@code d * mean(diag H)} to
 * the diagonals of both, which pulls the ideal weights towards the float ones. Weights are ordered
 * by falling strength of their input (activation order).
 */
final class GroupProblem {
  private final Quadratic quadratic;

  /** C^T, so that {@code C w} is a sum of its rows. */
  private final double[] crossed;

  private final int[] order;

  private GroupProblem(Quadratic quadratic, double[] crossed, int[] order) {
    this.quadratic = quadratic;
    this.crossed = crossed;
    this.order = order;
  }

  /**
   * Sets the problem up.
   *
   * @param dampening d, positive; raised tenfold until the Hessian can be factored
   * @param centred whether the layer has a bias that takes the means up
   */
  static GroupProblem of(
      Moments moments, int group, double dampening, boolean centred, DenseAlgebra algebra) {
    int size = moments.size();
    double[] hessian = moments.actualActual(group);
    double[] crossed = Vectors.transposed(moments.actualWanted(group), size);
    double strength = meanDiagonal(hessian, size);
    if (centred) {
      subtractOuter(hessian, moments.actual(group), moments.actual(group));
      subtractOuter(crossed, moments.wanted(group), moments.actual(group));
    }
    // What centring leaves of constant inputs is noise; inputs that are all zero leave nothing.
    double level = Math.max(meanDiagonal(hessian, size), 1e-6 * strength);
    if (!(level > 0)) {
      level = 1;
    }
    int[] order = byFallingDiagonal(hessian, size);
    double[] orderedHessian = reorder(hessian, order);
    double[] orderedCrossed = reorder(crossed, order);
    double added = 0;
    for (double damp = dampening; ; damp *= 10) {
      addToDiagonal(orderedHessian, size, damp * level - added);
      addToDiagonal(orderedCrossed, size, damp * level - added);
      added = damp * level;
      Optional<DenseAlgebra.Factors> factors = algebra.factor(size, orderedHessian);
      if (factors.isPresent()) {
        Quadratic quadratic = new Quadratic(size, orderedHessian, factors.get().inverseRoot());
        return new GroupProblem(quadratic, orderedCrossed, order);
      }
    }
  }

  Quadratic quadratic() {
    return quadratic;
  }

  /** What channels with these float weights aim at, in this problem's order. */
  List<Channel> channels(List<double[]> weights) {
    int size = order.length;
    double[][] rightSides = new double[weights.size()][size];
    for (int j = 0; j < size; j++) {
      for (int channel = 0; channel < rightSides.length; channel++) {
        double weight = weights.get(channel)[order[j]];
        Vectors.addScaled(weight, crossed, j * size, rightSides[channel], 0, size);
      }
    }
    double[][] targets = quadratic.ideals(rightSides);
    List<Channel> channels = new ArrayList<>();
    for (int channel = 0; channel < rightSides.length; channel++) {
      channels.add(new Channel(targets[channel], rightSides[channel]));
    }
    return channels;
  }

  /** The block of each weight in this problem's order, blocks of so many consecutive inputs. */
  int[] blocks(int blockSize) {
    return Arrays.stream(order).map(i -> i / blockSize).toArray();
  }

  /** Puts codes back into the order of the weight tensor. */
  int[] restore(int[] ordered) {
    int[] natural = new int[ordered.length];
    for (int i = 0; i < ordered.length; i++) {
      natural[order[i]] = ordered[i];
    }
    return natural;
  }

  private static double meanDiagonal(double[] matrix, int size) {
    double sum = 0;
    for (int i = 0; i < size; i++) {
      sum += matrix[i * size + i];
    }
    return sum / size;
  }

  private static void subtractOuter(double[] matrix, double[] left, double[] right) {
    int size = left.length;
    for (int i = 0; i < size; i++) {
      for (int j = 0; j < size; j++) {
        matrix[i * size + j] -= left[i] * right[j];
      }
    }
  }

  private static void addToDiagonal(double[] matrix, int size, double added) {
    for (int i = 0; i < size; i++) {
      matrix[i * size + i] += added;
    }
  }

  private static int[] byFallingDiagonal(double[] matrix, int size) {
    Integer[] order = new Integer[size];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparingDouble(i -> -matrix[i * size + i]));
    return Arrays.stream(order).mapToInt(Integer::intValue).toArray();
  }

  private static double[] reorder(double[] matrix, int[] order) {
    int size = order.length;
    double[] ordered = new double[matrix.length];
    for (int i = 0; i < size; i++) {
      for (int j = 0; j < size; j++) {
        ordered[i * size + j] = matrix[order[i] * size + order[j]];
      }
    }
    return ordered;
  }
}
