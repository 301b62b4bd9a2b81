package dev.mixtune.search;

import dev.mixtune.engine.Plan;
import java.util.List;

/** Port: scores candidates. Implementations remember; the search may ask for a plan twice. */
public interface Evaluator {

  /**
   * Scores the plans, in parallel if it likes.
   *
   * @param plans distinct plans
   * @return one evaluation per plan, in the same order; shorter only when {@link Stop} asked to end
   *     in between, and then a prefix
   */
  List<Evaluation> evaluate(List<Plan> plans);
}
