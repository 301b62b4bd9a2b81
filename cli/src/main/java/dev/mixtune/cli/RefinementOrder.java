package dev.mixtune.cli;

import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.search.Evaluation;
import dev.mixtune.search.Menu;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;

/** Which plans of a frontier are worth a rounding of their own, and in which order. */
final class RefinementOrder {
  /** At 8 bits nothing is left to gain: the library is as good as float. */
  private static final int NARROW_BITS = 4;

  /**
   * Of a narrow plan's drop its own rounding leaves about this share (ResNet-20, 12 plans: 0.75 in
   * the median, 0.33 to 1.1).
   */
  private static final double LEFT_IN_CONTEXT = 0.7;

  /** Beyond the limit a plan is this much nearer: it is smaller than all that are within. */
  private static final double BEYOND_THE_LIMIT = 0.5;

  private RefinementOrder() {}

  /** Whether any plan of these menus could be worth it. */
  static boolean canHelp(Collection<Menu> menus) {
    return menus.stream()
        .flatMap(menu -> menu.entries().stream())
        .anyMatch(entry -> isNarrow(entry.scheme()));
  }

  /**
   * The plans worth it, the most promising first: those that may be chosen before the others, and
   * among them those whose drop is expected to come nearest to the limit.
   *
   * @param frontier evaluations with the library's weights
   * @param limit the drop around which plans matter, a fraction
   * @param allowed whether a plan may be chosen, its drop aside
   */
  static List<Evaluation> of(
      Collection<Evaluation> frontier, double limit, Predicate<Evaluation> allowed) {
    return frontier.stream()
        .filter(evaluation -> !evaluation.isFailed() && isWorthIt(evaluation.plan()))
        .sorted(
            Comparator.comparing((Evaluation e) -> !allowed.test(e))
                .thenComparingDouble(
                    e -> distance(LEFT_IN_CONTEXT * Choice.score(e).drop() - limit))
                .thenComparing(e -> e.plan().key()))
        .toList();
  }

  private static double distance(double beyond) {
    return beyond > 0 ? BEYOND_THE_LIMIT * beyond : -beyond;
  }

  /**
   * Layers that are narrow and integer are what is rounded. Where all layers are integer at one
   * width the library was rounded in that very network.
   */
  private static boolean isWorthIt(Plan plan) {
    boolean narrow = plan.schemes().stream().anyMatch(RefinementOrder::isNarrow);
    boolean ofLibrary =
        plan.schemes().stream().allMatch(scheme -> scheme.arithmetic().isInteger())
            && plan.schemes().stream().map(Scheme::weightBits).distinct().count() == 1;
    return narrow && !ofLibrary;
  }

  private static boolean isNarrow(Scheme scheme) {
    return scheme.arithmetic().isInteger() && scheme.weightBits() <= NARROW_BITS;
  }
}
