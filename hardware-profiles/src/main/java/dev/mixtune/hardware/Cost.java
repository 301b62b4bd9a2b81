package dev.mixtune.hardware;

import dev.mixtune.engine.KernelUse;

/** What one kernel costs on one core: counted in instructions, or timed. */
public sealed interface Cost {

  /** Time that every call takes, whatever its size, in microseconds; above 0. */
  double fixedMicros();

  /**
   * The cost of a kernel whose instructions were counted.
   *
   * <p>Time = max(compute, transfer) + fixed. Compute is the busiest of issue width, multiply pipes
   * and load pipes, divided by {@code efficiency}; transfer is bytes by bandwidth.
   *
   * @param instructions instructions of any kind
   * @param multiplies vector multiply-accumulate instructions
   * @param loads load instructions
   * @param bytes bytes moved: {@code perWeight} from memory, the others as activations
   * @param efficiency share of the core's peak that real code reaches, above 0 and at most 1
   * @param fixedMicros see {@link Cost#fixedMicros}
   */
  record Counted(
      Terms instructions,
      Terms multiplies,
      Terms loads,
      Terms bytes,
      double efficiency,
      double fixedMicros)
      implements Cost {
    public Counted {
      requireFixed(fixedMicros);
      if (!(efficiency > 0) || efficiency > 1) {
        throw new IllegalArgumentException(
            "efficiency is " + efficiency + ", not a share above 0 and at most 1");
      }
      if (instructions.isNothing()) {
        throw new IllegalArgumentException("instructions are all 0: no kernel runs without any");
      }
    }

    double computeNanos(KernelUse use, Pipeline pipeline) {
      double cycles =
          pipeline.cycles(instructions.of(use), multiplies.of(use), loads.of(use)) / efficiency;
      return 1e9 * cycles / pipeline.clockHz().value();
    }

    double transferNanos(KernelUse use, Pipeline pipeline) {
      double weightBytes = bytes.perWeight() * use.weightElements();
      return pipeline.transferNanos(bytes.of(use) - weightBytes, weightBytes);
    }

    double nanos(KernelUse use, Pipeline pipeline) {
      return Math.max(computeNanos(use, pipeline), transferNanos(use, pipeline))
          + 1e3 * fixedMicros;
    }
  }

  /**
   * The cost of a kernel that was timed on the device and fitted with one coefficient per term.
   *
   * @param nanos nanoseconds
   * @param fixedMicros see {@link Cost#fixedMicros}
   */
  record Timed(Terms nanos, double fixedMicros) implements Cost {
    public Timed {
      requireFixed(fixedMicros);
    }

    /** Nanoseconds of one call. */
    public double nanos(KernelUse use) {
      return nanos.of(use) + 1e3 * fixedMicros;
    }
  }

  /**
   * The cost of a kernel that was timed on the device at many shapes: terms fitted to all of them,
   * and the shapes themselves, between which {@link TimeLattice} interpolates.
   *
   * @param nanos nanoseconds
   * @param fixedMicros see {@link Cost#fixedMicros}
   * @param grid the shapes
   */
  record Gridded(Terms nanos, double fixedMicros, MeasuredGrid grid) implements Cost {
    public Gridded {
      requireFixed(fixedMicros);
    }

    /** What the terms alone say: for kernels without weights, and before interpolation. */
    public double termNanos(KernelUse use) {
      return nanos.of(use) + 1e3 * fixedMicros;
    }
  }

  private static void requireFixed(double fixedMicros) {
    if (!(fixedMicros > 0) || Double.isInfinite(fixedMicros)) {
      throw new IllegalArgumentException(
          "fixedMicros is " + fixedMicros + ", but no call costs nothing");
    }
  }
}
