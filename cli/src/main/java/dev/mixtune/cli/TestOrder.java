package dev.mixtune.cli;

import dev.mixtune.engine.Plan;
import dev.mixtune.search.Evaluation;
import dev.mixtune.search.Rounding;
import java.util.ArrayList;
import java.util.List;

/**
 * The order in which plans are tested on the holdout, fixed by search data alone: the uniform plan
 * of the widest width first, on the frontier or not, because nothing is safer whatever few search
 * samples say; then the frontier from the least drop to the largest.
 */
final class TestOrder {
  private TestOrder() {}

  /**
   * The order.
   *
   * @param plans of the frontier, as far as they are allowed
   * @param others evaluations among which the widest uniform plan is looked for when it is not one
   *     of {@code plans}; none failed, all allowed
   * @param widest the uniform plan of the widest width
   */
  static List<Evaluation> of(List<Evaluation> plans, List<Evaluation> others, Plan widest) {
    List<Evaluation> order = new ArrayList<>();
    if (plans.stream().noneMatch(e -> isOfLibrary(e, widest))) {
      others.stream().filter(e -> isOfLibrary(e, widest)).findFirst().ifPresent(order::add);
    }
    order.addAll(new Choice(plans, /* prefersSize= */ false).safestFirst());
    return order;
  }

  private static boolean isOfLibrary(Evaluation evaluation, Plan plan) {
    return evaluation.rounding() == Rounding.LIBRARY && evaluation.plan().equals(plan);
  }
}
