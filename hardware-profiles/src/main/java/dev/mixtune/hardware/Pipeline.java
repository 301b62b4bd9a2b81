package dev.mixtune.hardware;

/**
 * What one core can do per cycle and per second: the facts that turn counted instructions into
 * time.
 *
 * @param clockHz cycles per second
 * @param instructionsPerCycle instructions that enter the core per cycle
 * @param multipliesPerCycle 128-bit vector multiply-accumulate instructions per cycle
 * @param loadsPerCycle load instructions per cycle
 * @param memoryBytesPerSecond rate at which weights arrive
 * @param cacheBytes activations of a kernel that fit in here stay near the core
 * @param cacheBytesPerSecond rate at which such activations move
 */
public record Pipeline(
    Fact clockHz,
    Fact instructionsPerCycle,
    Fact multipliesPerCycle,
    Fact loadsPerCycle,
    Fact memoryBytesPerSecond,
    Fact cacheBytes,
    Fact cacheBytesPerSecond) {

  /** The least number of cycles, from the busiest of the three resources. */
  double cycles(double instructions, double multiplies, double loads) {
    return Math.max(
        instructions / instructionsPerCycle.value(),
        Math.max(multiplies / multipliesPerCycle.value(), loads / loadsPerCycle.value()));
  }

  /** Nanoseconds to move the bytes: weights from memory, activations from the cache if they fit. */
  double transferNanos(double activationBytes, double weightBytes) {
    double activationRate =
        activationBytes <= cacheBytes.value()
            ? cacheBytesPerSecond.value()
            : memoryBytesPerSecond.value();
    return 1e9 * (activationBytes / activationRate + weightBytes / memoryBytesPerSecond.value());
  }
}
