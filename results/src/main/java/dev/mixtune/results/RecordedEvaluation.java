package dev.mixtune.results;

import dev.mixtune.search.Evaluation;
import java.time.Instant;
import java.util.OptionalDouble;

/**
 * One row of a study: an evaluation and when it was made.
 *
 * @param evaluation what the candidate scored
 * @param wallSeconds how long the evaluation took, when that was recorded
 * @param recordedAt when the row was written
 */
public record RecordedEvaluation(
    Evaluation evaluation, OptionalDouble wallSeconds, Instant recordedAt) {}
