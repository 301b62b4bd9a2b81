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
 * @param history how the hypervolume grew; empty where that is not known
 */
public record StudyView(Frontier frontier, List<Candidate> evaluated, List<VolumeStep> history) {
  private static final int MOST_STEPS = 120;

  public StudyView {
    evaluated = List.copyOf(evaluated);
    history = List.copyOf(history);
  }

  /** A view that does not say how the frontier grew. */
  public StudyView(Frontier frontier, List<Candidate> evaluated) {
    this(frontier, evaluated, List.of());
  }

  /**
   * The frontier's hypervolume at some time of the search.
   *
   * @param evaluations recorded until then
   * @param seconds since the first one was recorded
   * @param volume share of the reference box, 0..1
   */
  public record VolumeStep(int evaluations, double seconds, double volume) {}

  /** This view, with the hypervolume's growth as the recorded rows tell it. */
  public StudyView withHistory(List<RecordedEvaluation> rows) {
    return new StudyView(frontier, evaluated, FrontierVolume.history(frontier, rows, MOST_STEPS));
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
