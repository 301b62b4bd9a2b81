package dev.mixtune.hardware.profiler;

import dev.mixtune.hardware.Fact;
import java.util.Arrays;
import java.util.function.LongSupplier;

/** How fast this machine moves bytes between arrays that are larger than its caches. */
public final class MemoryRate {
  private static final int BYTES = 96 << 20;
  private static final int ROUNDS = 7;

  private MemoryRate() {}

  /**
   * Copies an array a few times.
   *
   * @param nanoTime the clock
   * @return bytes read and written per second, the median
   */
  public static Fact measure(LongSupplier nanoTime) {
    byte[] from = new byte[BYTES];
    byte[] to = new byte[BYTES];
    Arrays.fill(from, (byte) 1);
    double[] rates = new double[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
      long begin = nanoTime.getAsLong();
      System.arraycopy(from, 0, to, 0, BYTES);
      long took = Math.max(1, nanoTime.getAsLong() - begin);
      rates[round] = 2e9 * to.length / took;
    }
    Arrays.sort(rates);
    return new Fact(
        ProfileMaker.round(rates[ROUNDS / 2]),
        Fact.Status.MEASURED,
        "Bytes read and written by one thread that copies an array of 96 MiB, median of "
            + ROUNDS
            + " copies");
  }
}
