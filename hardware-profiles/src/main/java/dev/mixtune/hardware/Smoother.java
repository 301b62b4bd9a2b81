package dev.mixtune.hardware;

import java.util.List;

/**
 * Interpolates deviations between measured shapes: the posterior mean of a Gaussian process with a
 * squared exponential covariance (Rasmussen and Williams 2006, equation 2.25). Far from every
 * sample it answers 0, so that the terms alone speak there.
 */
final class Smoother {
  private final List<ShapePoint> points;
  private final double[] coefficients;
  private final double[] deviations;
  private final double reach;
  private final double variance;
  private final double low;
  private final double high;

  /**
   * @param points of the samples
   * @param deviations logarithm of measured by expected, one per point
   */
  Smoother(
      List<ShapePoint> points, double[] deviations, double reach, double spread, double noise) {
    this.points = List.copyOf(points);
    this.deviations = deviations.clone();
    this.reach = reach;
    this.variance = spread * spread;
    double smallest = 0;
    double largest = 0;
    for (double deviation : deviations) {
      smallest = Math.min(smallest, deviation);
      largest = Math.max(largest, deviation);
    }
    this.low = smallest;
    this.high = largest;
    this.coefficients = covariance(noise).solve(deviations);
  }

  private PositiveMatrix covariance(double noise) {
    int size = points.size();
    double[][] matrix = new double[size][size];
    for (int row = 0; row < size; row++) {
      for (int column = 0; column <= row; column++) {
        double value =
            variance
                * Math.exp(
                    -points.get(row).squaredDistance(points.get(column)) / (2 * reach * reach));
        matrix[row][column] = value;
        matrix[column][row] = value;
      }
      matrix[row][row] += noise * noise;
    }
    return new PositiveMatrix(matrix);
  }

  /**
   * Mean squared error when each sample in turn is predicted from the others (equation 5.12).
   *
   * @param noise as given to the constructor
   */
  double leaveOneOutError(double noise) {
    double[] diagonal = covariance(noise).inverseDiagonal();
    double sum = 0;
    for (int i = 0; i < diagonal.length; i++) {
      double error = coefficients[i] / diagonal[i];
      sum += error * error;
    }
    return deviations.length == 0 ? 0 : sum / deviations.length;
  }

  /** The deviation at a point; never beyond what some sample showed. */
  double at(ShapePoint point) {
    double sum = 0;
    for (int i = 0; i < coefficients.length; i++) {
      sum +=
          coefficients[i] * Math.exp(-points.get(i).squaredDistance(point) / (2 * reach * reach));
    }
    return bounded(sum);
  }

  /**
   * The deviations on a lattice, the last axis fastest. The covariance is a product over the axes,
   * so that few exponentials are needed.
   *
   * @param axes coordinates along each axis
   */
  double[] onLattice(double[][] axes) {
    int size = 1;
    for (double[] axis : axes) {
      size *= axis.length;
    }
    double[] sums = new double[size];
    for (int i = 0; i < coefficients.length; i++) {
      addSample(i, axes, sums);
    }
    for (int i = 0; i < size; i++) {
      sums[i] = bounded(sums[i]);
    }
    return sums;
  }

  private void addSample(int sample, double[][] axes, double[] sums) {
    double[] products = {coefficients[sample]};
    for (int axis = 0; axis < axes.length; axis++) {
      double[] longer = new double[products.length * axes[axis].length];
      for (int step = 0; step < axes[axis].length; step++) {
        double distance = axes[axis][step] - points.get(sample).axis(axis);
        double factor = Math.exp(-distance * distance / (2 * reach * reach));
        for (int i = 0; i < products.length; i++) {
          longer[i * axes[axis].length + step] = products[i] * factor;
        }
      }
      products = longer;
    }
    for (int i = 0; i < sums.length; i++) {
      sums[i] += products[i];
    }
  }

  private double bounded(double sum) {
    return Math.max(low, Math.min(high, variance * sum));
  }
}
