package dev.mixtune.engine.fitting;

/**
 * What one output channel aims at.
 *
 * @param target ideal weights
 * @param rightSide H times the ideal weights
 */
@SuppressWarnings("ArrayRecordComponent") // scratch of one layer, never changed
record Channel(double[] target, double[] rightSide) {}
