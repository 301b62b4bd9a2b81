package dev.mixtune.hardware;

import dev.mixtune.engine.Basis;
import dev.mixtune.engine.KernelUse;
import java.util.List;

/**
 * What a run costs beyond its kernels: calling the runtime, and fetching weights that did not stay
 * in a cache since the last run, which no kernel shows that is timed alone.
 *
 * @param micros microseconds of every run, 0 or more
 * @param fetches what bytes of weights cost, by how many there are; none when nothing is known
 * @param basis where the figures come from, never {@link Basis#NO_KERNEL}
 * @param source a sentence
 */
public record RunCost(double micros, List<Fetch> fetches, Basis basis, String source) {

  /**
   * Each byte of weights beyond some number takes longer.
   *
   * @param beyondBytes that number, 0 or more
   * @param nanosPerByte additional time per byte beyond it, 0 or more
   */
  public record Fetch(long beyondBytes, double nanosPerByte) {
    public Fetch {
      if (beyondBytes < 0 || !(nanosPerByte >= 0) || Double.isInfinite(nanosPerByte)) {
        throw new IllegalArgumentException(
            "beyondBytes " + beyondBytes + ", nanosPerByte " + nanosPerByte + ": below 0");
      }
    }
  }

  public RunCost {
    fetches = List.copyOf(fetches);
    if (!(micros >= 0) || Double.isInfinite(micros)) {
      throw new IllegalArgumentException("micros is " + micros + ", not a number of 0 or more");
    }
    if (basis == Basis.NO_KERNEL || source.isBlank()) {
      throw new IllegalArgumentException("a run's cost needs a basis and a source");
    }
  }

  /** Nanoseconds of a run of these kernels, beyond the kernels themselves. */
  public double nanos(List<KernelUse> kernels) {
    double weights = weightBytes(kernels);
    double nanos = 1e3 * micros;
    for (Fetch fetch : fetches) {
      nanos += fetch.nanosPerByte * Math.max(0, weights - fetch.beyondBytes);
    }
    return nanos;
  }

  /** Bytes of weights as the kernels read them: a look-up reads few of its table's rows. */
  public static double weightBytes(List<KernelUse> kernels) {
    double bytes = 0;
    for (KernelUse use : kernels) {
      if (use.macs() == 0) {
        continue;
      }
      double each =
          switch (use.arithmetic()) {
            case FLOAT -> Float.BYTES;
            case INTEGER_STATIC, INTEGER_DYNAMIC -> 1;
            case BLOCKWISE -> use.weightBits() / 8.0;
          };
      bytes += each * use.weightElements();
    }
    return bytes;
  }
}
