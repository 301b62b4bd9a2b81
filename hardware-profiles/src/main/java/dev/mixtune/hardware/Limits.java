package dev.mixtune.hardware;

import org.jspecify.annotations.Nullable;

/**
 * What no kernel of a device can beat.
 *
 * @param floatMacsPerSecond float multiply-accumulates of all threads of the profile together
 * @param integerMacsPerSecond the same with 8-bit integers
 * @param bytesPerSecond rate at which weights arrive from the fastest memory that holds them
 * @param memoryBytesPerSecond rate at which arrays larger than the caches were copied; null when
 *     nobody tried. It bounds nothing, a copy in C may be faster
 */
public record Limits(
    Fact floatMacsPerSecond,
    Fact integerMacsPerSecond,
    Fact bytesPerSecond,
    @Nullable Fact memoryBytesPerSecond) {

  /** Float values in a 128-bit vector. */
  private static final int FLOAT_LANES = 4;

  /** 8-bit products of one SMMLA, the widest instruction of 128 bits. */
  private static final int INTEGER_LANES = 32;

  /** What the pipeline of a counted profile allows. */
  static Limits of(Pipeline pipeline) {
    double multiplies = pipeline.multipliesPerCycle().value() * pipeline.clockHz().value();
    return new Limits(
        derived(FLOAT_LANES * multiplies),
        derived(INTEGER_LANES * multiplies),
        derived(
            Math.max(
                pipeline.cacheBytesPerSecond().value(), pipeline.memoryBytesPerSecond().value())),
        pipeline.memoryBytesPerSecond());
  }

  private static Fact derived(double value) {
    return new Fact(value, Fact.Status.MODELLED, "from device.pipeline");
  }
}
