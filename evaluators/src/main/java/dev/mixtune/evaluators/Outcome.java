package dev.mixtune.evaluators;

import dev.mixtune.engine.PairedScore;

/** What scoring one model came to. A model that cannot be scored is data, not an exception. */
public sealed interface Outcome {

  /**
   * The model answered every sample.
   *
   * @param score the metric, paired with the float model's answers
   * @param closeness how near its outputs are to the float model's
   */
  record Scored(PairedScore score, Closeness closeness) implements Outcome {}

  /**
   * The model could not be scored.
   *
   * @param reason in words
   */
  record Failed(String reason) implements Outcome {}
}
