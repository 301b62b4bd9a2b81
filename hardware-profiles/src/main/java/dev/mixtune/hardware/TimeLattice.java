package dev.mixtune.hardware;

import dev.mixtune.engine.KernelUse;
import java.util.Arrays;
import java.util.List;

/**
 * The time of one kernel over all shapes, interpolated between measured ones.
 *
 * <p>The logarithm of time is tabulated over the axes of {@link ShapePoint} in steps of a factor of
 * two: terms plus smoothed deviations. Then the table is made to rise along positions, reduction
 * and columns, and read by multilinear interpolation, which keeps what rises rising (Gupta et al.
 * 2016, Monotonic calibrated interpolated look-up tables). So a kernel with more
 * multiply-accumulates of the same kind is never predicted to be faster. A kernel beyond the table,
 * such as the vocabulary of a language model, takes longer than the one at the edge by what the
 * terms say; a sum of terms that each rise keeps on rising. Immutable.
 */
public final class TimeLattice {
  private static final double[] FIRST = {0, 0, 0, -3};
  private static final int[] LENGTHS = {19, 16, 15, 10};

  /** More inputs for the same product are no reason to be slower: reuse is left as it is. */
  private static final int RISING_AXES = 3;

  /** Logarithm of the 16 channels that vector kernels take at once. */
  private static final double VECTOR = 4;

  private final KernelUse.Op op;
  private final Cost.Gridded cost;
  private final double[] logNanos;

  /** The time of {@code cost}'s kernel, which does {@code op}. */
  public TimeLattice(KernelUse.Op op, Cost.Gridded cost) {
    this.op = op;
    this.cost = cost;
    this.logNanos = terms(op, cost);
    MeasuredGrid grid = cost.grid();
    List<KernelUse> kernels = grid.samples().stream().map(sample -> sample.kernel(op)).toList();
    double[] deviations = new double[kernels.size()];
    for (int i = 0; i < deviations.length; i++) {
      // Against the interpolated terms, so that their bend between the steps is made up for.
      deviations[i] = Math.log(grid.samples().get(i).nanos() / nanos(kernels.get(i)));
    }
    Smoother smoother =
        new Smoother(
            kernels.stream().map(ShapePoint::of).toList(),
            deviations,
            grid.reachOctaves(),
            grid.spread(),
            grid.noise());
    double[][] axes = new double[ShapePoint.AXES][];
    for (int axis = 0; axis < axes.length; axis++) {
      axes[axis] = new double[LENGTHS[axis]];
      for (int step = 0; step < LENGTHS[axis]; step++) {
        axes[axis][step] = FIRST[axis] + step;
      }
    }
    double[] smooth = smoother.onLattice(axes);
    for (int i = 0; i < logNanos.length; i++) {
      logNanos[i] += smooth[i];
    }
    rise();
  }

  private static double[] terms(KernelUse.Op op, Cost.Gridded cost) {
    double[] table = new double[LENGTHS[0] * LENGTHS[1] * LENGTHS[2] * LENGTHS[3]];
    for (int i = 0; i < table.length; i++) {
      table[i] = Math.log(cost.termNanos(at(i).kernel(op)));
    }
    return table;
  }

  private static ShapePoint at(int index) {
    double[] point = new double[ShapePoint.AXES];
    int rest = index;
    for (int axis = ShapePoint.AXES - 1; axis >= 0; axis--) {
      point[axis] = FIRST[axis] + rest % LENGTHS[axis];
      rest /= LENGTHS[axis];
    }
    return new ShapePoint(point[0], point[1], point[2], point[3]);
  }

  private boolean fillsVectors(ShapePoint point) {
    double channels =
        op == KernelUse.Op.DEPTHWISE_CONV ? VECTOR : point.reduction() - Math.max(0, point.reuse());
    return point.columns() >= VECTOR && channels >= VECTOR;
  }

  private void rise() {
    int stride = LENGTHS[3];
    for (int axis = RISING_AXES - 1; axis >= 0; axis--) {
      for (int i = 0; i < logNanos.length; i++) {
        if (i / stride % LENGTHS[axis] > 0 && (axis == 0 || fillsVectors(at(i - stride)))) {
          logNanos[i] = Math.max(logNanos[i], logNanos[i - stride]);
        }
      }
      stride *= LENGTHS[axis];
    }
  }

  /**
   * Nanoseconds of a kernel with weights.
   *
   * @throws IllegalArgumentException when it has none
   */
  public double nanos(KernelUse use) {
    if (!ShapePoint.has(use)) {
      throw new IllegalArgumentException("'" + use.name() + "' has no weights");
    }
    ShapePoint point = ShapePoint.of(use);
    int[] cell = new int[ShapePoint.AXES];
    double[] share = new double[ShapePoint.AXES];
    for (int axis = 0; axis < ShapePoint.AXES; axis++) {
      double place = Math.max(0, Math.min(LENGTHS[axis] - 1, point.axis(axis) - FIRST[axis]));
      cell[axis] = Math.min(LENGTHS[axis] - 2, (int) place);
      share[axis] = place - cell[axis];
    }
    double log = 0;
    for (int corner = 0; corner < 1 << ShapePoint.AXES; corner++) {
      double weight = 1;
      int index = 0;
      for (int axis = 0; axis < ShapePoint.AXES; axis++) {
        int up = corner >> axis & 1;
        weight *= up == 1 ? share[axis] : 1 - share[axis];
        index = index * LENGTHS[axis] + cell[axis] + up;
      }
      if (weight > 0) {
        log += weight * logNanos[index];
      }
    }
    return Math.exp(log) + beyondNanos(point);
  }

  /** What the terms say of the part of a shape that lies above the table, 0 inside. */
  private double beyondNanos(ShapePoint point) {
    double[] whole = new double[ShapePoint.AXES];
    double[] edge = new double[ShapePoint.AXES];
    for (int axis = 0; axis < ShapePoint.AXES; axis++) {
      double last = FIRST[axis] + LENGTHS[axis] - 1;
      edge[axis] = Math.max(FIRST[axis], Math.min(last, point.axis(axis)));
      whole[axis] = axis < RISING_AXES ? Math.max(edge[axis], point.axis(axis)) : edge[axis];
    }
    return Arrays.equals(whole, edge) ? 0 : termNanos(whole) - termNanos(edge);
  }

  private double termNanos(double[] point) {
    return cost.termNanos(new ShapePoint(point[0], point[1], point[2], point[3]).kernel(op));
  }
}
