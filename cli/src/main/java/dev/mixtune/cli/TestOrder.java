package dev.mixtune.cli;

import dev.mixtune.engine.Plan;
import dev.mixtune.search.Evaluation;
import dev.mixtune.search.Rounding;
import java.util.ArrayList;
import java.util.List;

/**
 * The order in which plans are tested on the holdout, fixed by search data alone: the uniform plan
 * of the widest width first, on the frontier or not, because nothing is safer whatever few search
 * samples say; then the frontier from the least drop to the largest, without plans that win too
 * little over a safer one ({@link Choice#worthTesting}).
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
   * @param prefersSize whether the smallest plan is wanted, not the fastest
   */
  static List<Evaluation> of(
      List<Evaluation> plans, List<Evaluation> others, Plan widest, boolean prefersSize) {
    List<Evaluation> order = new ArrayList<>();
    List<Evaluation> known = new ArrayList<>(plans);
    known.addAll(others);
    known.stream().filter(e -> isOfLibrary(e, widest)).findFirst().ifPresent(order::add);
    new Choice(plans, prefersSize)
        .worthTesting().stream().filter(e -> !isOfLibrary(e, widest)).forEach(order::add);
    return order;
  }

  private static boolean isOfLibrary(Evaluation evaluation, Plan plan) {
    return evaluation.rounding() == Rounding.LIBRARY && evaluation.plan().equals(plan);
  }
}
