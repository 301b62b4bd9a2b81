package dev.mixtune.hardware;

import dev.mixtune.engine.Latency;

/**
 * What a {@link HostTimer} measured.
 *
 * @param latency the candidate's median, the median of the paired ratios, and their error
 * @param floatMillis the float model's median in the same block
 * @param ratioLow lower end of the ratio's interval
 * @param ratioHigh upper end of the ratio's interval
 * @param pairs pairs of runs in the block that is reported
 * @param blocks blocks that were measured; more than 1 when the machine drifted
 * @param drift relative change of the float model's median between the halves of that block
 * @param precise whether the wanted relative error was reached
 * @param steady whether the drift stayed within its limit
 */
public record HostTiming(
    Latency latency,
    double floatMillis,
    double ratioLow,
    double ratioHigh,
    int pairs,
    int blocks,
    double drift,
    boolean precise,
    boolean steady) {}
