package dev.mixtune.engine.fitting;

import dev.mixtune.engine.rounding.BlockWeights;
import org.jspecify.annotations.Nullable;

/**
 * One way to round a matrix product in blocks.
 *
 * @param weights the rounded weights; their method names the way
 * @param bias the bias that goes with them; null where the layer has none
 * @param error relative output error on held-back samples, see {@link OutputError}
 */
@SuppressWarnings("ArrayRecordComponent") // handed to the library, never changed
record BlockCandidate(BlockWeights weights, float @Nullable [] bias, double error) {}
