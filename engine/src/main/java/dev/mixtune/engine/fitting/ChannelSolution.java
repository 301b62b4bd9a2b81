package dev.mixtune.engine.fitting;

/**
 * One rounded channel: {@code weight = code * scale}.
 *
 * @param codes one per weight
 * @param scale positive
 * @param loss {@code q^T H q - 2 q^T r} of the rounded weights q, see {@link Quadratic}
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, not kept
record ChannelSolution(int[] codes, double scale, double loss) {}
