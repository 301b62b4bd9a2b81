package dev.mixtune.hardware;

import dev.mixtune.engine.KernelUse;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Measured shapes of one kernel, and how far each speaks for its neighbours.
 *
 * @param samples the shapes, at least one
 * @param reachOctaves distance over which deviations from the terms stay alike, in doublings of a
 *     count; above 0
 * @param spread standard deviation of the logarithm of measured by terms; above 0
 * @param noise standard deviation of the logarithm of repeated measurements; above 0
 */
public record MeasuredGrid(
    List<GridSample> samples, double reachOctaves, double spread, double noise) {

  private static final double LEAST_SPREAD = 0.05;
  private static final double[] REACHES = {1.2, 2, 3.5, 6};
  private static final double[] NOISES = {0.05, 0.1, 0.2};

  public MeasuredGrid {
    samples = List.copyOf(samples);
    if (samples.isEmpty()) {
      throw new IllegalArgumentException("samples are empty");
    }
    requireAbove("reachOctaves", reachOctaves);
    requireAbove("spread", spread);
    requireAbove("noise", noise);
  }

  /** Samples beyond so many cost time and tell nothing new; every n-th is kept. */
  private static final int MOST_SAMPLES = 300;

  /** Enough to choose reach and noise by. */
  private static final int MOST_FOR_CHOICE = 120;

  /**
   * The grid of these samples whose reach and noise predict each sample best from the others.
   *
   * @param op what the kernel does
   * @param samples at least one
   * @param termNanos what the terms say of a kernel
   */
  public static MeasuredGrid fitted(
      KernelUse.Op op, List<GridSample> samples, ToDoubleFunction<KernelUse> termNanos) {
    List<GridSample> kept = thinned(samples, MOST_SAMPLES);
    MeasuredGrid chosen = chosen(op, thinned(samples, MOST_FOR_CHOICE), termNanos);
    return new MeasuredGrid(kept, chosen.reachOctaves, chosen.spread, chosen.noise);
  }

  private static List<GridSample> thinned(List<GridSample> samples, int most) {
    int size = samples.size();
    int kept = Math.min(size, most);
    return java.util.stream.IntStream.range(0, kept)
        .mapToObj(i -> samples.get((int) ((long) i * size / kept)))
        .toList();
  }

  private static MeasuredGrid chosen(
      KernelUse.Op op, List<GridSample> samples, ToDoubleFunction<KernelUse> termNanos) {
    List<KernelUse> kernels = samples.stream().map(sample -> sample.kernel(op)).toList();
    List<ShapePoint> points = kernels.stream().map(ShapePoint::of).toList();
    double[] deviations = new double[kernels.size()];
    double squares = 0;
    for (int i = 0; i < deviations.length; i++) {
      deviations[i] = Math.log(samples.get(i).nanos() / termNanos.applyAsDouble(kernels.get(i)));
      squares += deviations[i] * deviations[i];
    }
    double spread = Math.max(LEAST_SPREAD, Math.sqrt(squares / deviations.length));
    MeasuredGrid best = new MeasuredGrid(samples, REACHES[0], spread, NOISES[0]);
    double least = Double.POSITIVE_INFINITY;
    for (double reach : REACHES) {
      for (double noise : NOISES) {
        double error =
            new Smoother(points, deviations, reach, spread, noise).leaveOneOutError(noise);
        if (error < least) {
          least = error;
          best = new MeasuredGrid(samples, reach, spread, noise);
        }
      }
    }
    return best;
  }

  private static void requireAbove(String name, double value) {
    if (!(value > 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(name + " is " + value + ", not above 0");
    }
  }
}
