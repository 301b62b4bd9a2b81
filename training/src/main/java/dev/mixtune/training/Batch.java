package dev.mixtune.training;

/**
 * Network input and its labels.
 *
 * @param input [N, 1, height, width], row-major
 * @param labels class indices, [N]
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of data that is never compared
record Batch(float[] input, long[] labels) {}
