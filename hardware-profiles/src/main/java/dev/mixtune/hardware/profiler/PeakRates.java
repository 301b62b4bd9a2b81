package dev.mixtune.hardware.profiler;

import dev.mixtune.hardware.Fact;
import dev.mixtune.hardware.HostFacts;
import dev.mixtune.hardware.Limits;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Upper bounds of what a processor can multiply, from its instruction sets. Loose on purpose. */
public final class PeakRates {
  /** No processor that runs ONNX Runtime has a higher clock. */
  private static final double MOST_HERTZ = 6e9;

  private PeakRates() {}

  /**
   * The bounds, when the processor's flags are known.
   *
   * @param threads cores that work at the same time
   * @param memory the rate of memory; null when it was not measured
   */
  public static Optional<Limits> of(HostFacts facts, int threads, @Nullable Fact memory) {
    if (!facts.flagsKnown()) {
      return Optional.empty();
    }
    boolean x86 = facts.isX86();
    double floats;
    double integers;
    double bytes;
    if (x86) {
      // Two fused multiply-adds per cycle, 4 products per 32 bits with VNNI, tiles of 1024 with
      // AMX.
      boolean wide = has(facts, "avx512f");
      floats = wide ? 32 : 16;
      integers = has(facts, "amx_int8") ? 1024 : 4 * floats;
      bytes = wide ? 128 : 64;
    } else {
      // Four pipes of 128 bits: 4 floats each, 16 products with SDOT, 32 with SMMLA.
      floats = 16;
      integers = has(facts, "i8mm") ? 128 : 64;
      bytes = 64;
    }
    double hertz = MOST_HERTZ * threads;
    return Optional.of(
        new Limits(
            bound(floats * hertz, floats + " float products"),
            bound(integers * hertz, integers + " 8-bit products"),
            bound(bytes * hertz, bytes + " bytes loaded"),
            memory));
  }

  private static boolean has(HostFacts facts, String flag) {
    return facts.flags().contains(flag);
  }

  private static Fact bound(double value, String perCycle) {
    return new Fact(
        value,
        Fact.Status.ASSUMED,
        "Upper bound: "
            + perCycle.replace(".0 ", " ")
            + " per cycle, the most that processors with these instruction sets do, at 6 GHz,"
            + " which none of them reaches");
  }
}
