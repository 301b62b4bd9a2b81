package dev.mixtune.hardware.profiler;

import dev.mixtune.hardware.Limits;
import org.jspecify.annotations.Nullable;

/**
 * What a profile says about the device beside its costs.
 *
 * @param name short name of the profile
 * @param device what it is, with the instruction sets that matter
 * @param runtime the program whose kernels were timed
 * @param threads of each run
 * @param date when measuring began, such as {@code 2026-11-20}
 * @param limits what no kernel can beat; null when unknown
 * @param howTimed completes "timed ... by"
 */
public record DeviceFacts(
    String name,
    String device,
    String runtime,
    int threads,
    String date,
    @Nullable Limits limits,
    String howTimed) {}
