package dev.mixtune.results;

import dev.mixtune.engine.Latency;
import dev.mixtune.engine.PairedScore;
import dev.mixtune.search.Evaluation;
import java.util.ArrayList;
import java.util.List;

/**
 * What plots show: the outcome and, faint behind it, everything that was evaluated.
 *
 * @param frontier the outcome
 * @param evaluated one per successful evaluation
 */
public record StudyView(Frontier frontier, List<Candidate> evaluated) {
  public StudyView {
    evaluated = List.copyOf(evaluated);
  }

  /**
   * Where one evaluated plan lies.
   *
   * @param drop on the search split, as a fraction
   * @param latencyRatio against float
   * @param sizeBytes bytes of the deployable file
   */
  public record Candidate(double drop, double latencyRatio, long sizeBytes) {}

  /** Leaves failed evaluations out. */
  public static StudyView of(Frontier frontier, List<Evaluation> evaluations) {
    List<Candidate> candidates = new ArrayList<>();
    for (Evaluation evaluation : evaluations) {
      PairedScore score = evaluation.score();
      Latency latency = evaluation.latency();
      if (score != null && latency != null) {
        candidates.add(new Candidate(score.drop(), latency.ratio(), evaluation.sizeBytes()));
      }
    }
    return new StudyView(frontier, candidates);
  }
}
