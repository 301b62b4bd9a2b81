package dev.mixtune.cli;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.util.List;
import java.util.function.Supplier;

/**
 * Work with the time it took and the heap it needed.
 *
 * @param result what came of it
 * @param seconds wall-clock time
 * @param heapBytes the most heap in use meanwhile, garbage and what was there before included: an
 *     upper bound of the need
 */
record HeapPeak<T>(T result, double seconds, long heapBytes) {

  /** Does the work. Nothing else should run meanwhile. */
  static <T> HeapPeak<T> of(Supplier<T> work) {
    List<MemoryPoolMXBean> heap =
        ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP)
            .toList();
    heap.forEach(MemoryPoolMXBean::resetPeakUsage);
    long start = System.nanoTime();
    T result = work.get();
    double seconds = (System.nanoTime() - start) / 1e9;
    // Pools need not be fullest at the same time: their sum may be more than there is.
    long bytes = heap.stream().mapToLong(pool -> pool.getPeakUsage().getUsed()).sum();
    return new HeapPeak<>(result, seconds, Math.min(bytes, Runtime.getRuntime().maxMemory()));
  }
}
