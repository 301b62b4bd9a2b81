package dev.mixtune.evaluators;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of a model on the fidelity ladder.
 *
 * @param outcome of the whole set; null when the model was given up before its end
 * @param rungs what was known at each rung that was reached, fewest samples first; none where the
 *     set is not scored in parts
 * @param netLostAtLeast the model loses at least so many samples net of those it gains, on the
 *     whole set, whatever it answers to those that were not scored
 */
public record Climbed(@Nullable Outcome outcome, List<Rung> rungs, int netLostAtLeast) {

  public Climbed {
    rungs = List.copyOf(rungs);
    if (outcome == null && rungs.isEmpty()) {
      throw new IllegalArgumentException("given up before the first rung");
    }
  }

  /**
   * Paired answers to the samples of one rung.
   *
   * @param samples in the rung, those of the rungs below included
   * @param lost right for float only
   * @param gained right for the model only
   */
  public record Rung(int samples, int lost, int gained) {}
}
