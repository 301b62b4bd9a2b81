package dev.mixtune.hardware.emulation;

import dev.mixtune.hardware.emulation.KernelFamily.Efficiency;
import java.util.EnumMap;
import java.util.Map;

/**
 * What published figures say about real code.
 *
 * @param efficiencies share of the core's peak by kind of kernel, 0..1
 * @param barrierMicros what several threads wait for each other at each kernel, microseconds
 */
record PeakShares(Map<Efficiency, Double> efficiencies, double barrierMicros) {
  PeakShares {
    efficiencies = Map.copyOf(efficiencies);
  }

  /** The peak, and threads that never wait. */
  static PeakShares ideal() {
    Map<Efficiency, Double> all = new EnumMap<>(Efficiency.class);
    for (Efficiency efficiency : Efficiency.values()) {
      all.put(efficiency, 1.0);
    }
    return new PeakShares(all, 0);
  }

  /** Share of the peak that kernels of a kind reach, 0..1. */
  double share(Efficiency efficiency) {
    return efficiencies.getOrDefault(efficiency, 1.0);
  }

  PeakShares with(Efficiency efficiency, double share) {
    Map<Efficiency, Double> changed = new EnumMap<>(efficiencies);
    changed.put(efficiency, share);
    return new PeakShares(changed, barrierMicros);
  }

  PeakShares withBarrier(double micros) {
    return new PeakShares(efficiencies, micros);
  }
}
