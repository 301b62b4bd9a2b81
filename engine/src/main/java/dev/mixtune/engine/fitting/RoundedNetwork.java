package dev.mixtune.engine.fitting;

import dev.mixtune.engine.rounding.RoundingLibrary;

/**
 * The outcome of rounding a network.
 *
 * @param library rounded tensors and corrected biases
 * @param report how they were chosen
 */
public record RoundedNetwork(RoundingLibrary library, RoundingReport report) {}
