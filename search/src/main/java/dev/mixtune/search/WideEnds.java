package dev.mixtune.search;

import dev.mixtune.engine.Plan;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;

/**
 * The narrow uniform plans with their first and last group at 8 bits, as people write them by hand
 * and papers report them.
 *
 * <p>With weights of a library that was rounded in uniform networks they often lose to the uniform
 * plan itself, because two layers do not answer as their neighbours expect. Rounded in their own
 * context they win, so that a search that goes by the library alone would never try them.
 */
public final class WideEnds {
  private static final int WIDE_BITS = 8;

  private WideEnds() {}

  /** One plan for each narrow width of the space, widest first; none without 8 bits. */
  public static List<Plan> of(SearchSpace space) {
    SortedMap<Integer, Plan> uniforms = UniformPlans.of(space);
    Plan wide = uniforms.get(WIDE_BITS);
    List<Menu> menus = space.offered();
    List<Plan> plans = new ArrayList<>();
    if (wide == null || menus.size() < 3) {
      return plans;
    }
    uniforms.forEach(
        (bits, uniform) -> {
          Plan plan = with(with(uniform, wide, first(menus)), wide, last(menus));
          // Where the ends have nothing narrower, the uniform plan has wide ends already.
          if (bits < WIDE_BITS && !uniforms.containsValue(plan) && !plans.contains(plan)) {
            plans.add(plan);
          }
        });
    return plans;
  }

  private static Plan with(Plan narrow, Plan wide, Menu ends) {
    Plan plan = narrow;
    for (int layer : ends.layerIndices()) {
      plan = plan.with(layer, wide.scheme(layer));
    }
    return plan;
  }

  private static Menu first(List<Menu> menus) {
    return Collections.min(
        menus, Comparator.comparing(menu -> Collections.min(menu.layerIndices())));
  }

  private static Menu last(List<Menu> menus) {
    return Collections.max(
        menus, Comparator.comparing(menu -> Collections.max(menu.layerIndices())));
  }
}
