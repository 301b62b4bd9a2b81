package dev.mixtune.search;

import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The uniform plans: for every width that some menu offers, each group at that width, or at its
 * next wider one where it has none, or at its widest where it has none wider either.
 *
 * <p>Menus that offer nothing but float add no width of their own: a plan in which the others are
 * at 16 bits is the 16-bit plan. Only where no menu offers anything else is there a 32-bit plan.
 *
 * <p>Widths are those of the offered menus, before dominated entries are struck out: a uniform plan
 * is what a user would get without a search, whether or not the search would choose it.
 */
public final class UniformPlans {

  private static final Comparator<MenuEntry> FASTEST =
      Comparator.comparingDouble(MenuEntry::latencyCostMillis)
          .thenComparingDouble(MenuEntry::damage)
          .thenComparing(MenuEntry::scheme);

  private UniformPlans() {}

  /**
   * The uniform plans by nominal weight bits, widest first; all of them differ.
   *
   * <p>Where a menu has several schemes of one width, the one with the least latency cost is taken,
   * then the one with the least damage. Where two widths give the same plan, it is listed under the
   * narrower one.
   */
  public static SortedMap<Integer, Plan> of(SearchSpace space) {
    SortedMap<Integer, Plan> plans = new TreeMap<>(Collections.reverseOrder());
    Set<Plan> seen = new HashSet<>();
    for (int bits : widths(space)) {
      Plan plan = at(space, bits);
      if (seen.add(plan)) {
        plans.put(bits, plan);
      }
    }
    return plans;
  }

  /** The widths of a uniform plan, narrowest first. */
  private static SortedSet<Integer> widths(SearchSpace space) {
    SortedSet<Integer> widths = new TreeSet<>();
    for (Menu menu : space.offered()) {
      for (MenuEntry entry : menu.entries()) {
        if (entry.scheme() != Scheme.F32) {
          widths.add(entry.scheme().weightBits());
        }
      }
    }
    if (widths.isEmpty()) {
      widths.add(Scheme.F32.weightBits());
    }
    return widths;
  }

  private static Plan at(SearchSpace space, int bits) {
    Scheme[] schemes = new Scheme[space.layers()];
    Arrays.fill(schemes, Scheme.F32);
    for (Menu menu : space.offered()) {
      Scheme scheme = choose(menu.entries(), bits).scheme();
      for (int layer : menu.layerIndices()) {
        schemes[layer] = scheme;
      }
    }
    return new Plan(Arrays.asList(schemes));
  }

  private static MenuEntry choose(List<MenuEntry> entries, int bits) {
    int width =
        entries.stream()
            .mapToInt(entry -> entry.scheme().weightBits())
            .filter(offered -> offered >= bits)
            .min()
            .orElseGet(
                () -> entries.stream().mapToInt(e -> e.scheme().weightBits()).max().orElseThrow());
    return entries.stream()
        .filter(entry -> entry.scheme().weightBits() == width)
        .min(FASTEST)
        .orElseThrow();
  }
}
