package dev.mixtune.search;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Menus with their dominated entries struck out.
 *
 * <p>An entry is struck when another entry of the same menu has no more bytes, no more latency cost
 * and no more damage; of entries equal in all three the first one stays. This judges by the one
 * layer figures: what it strikes can still be right in some context, so the strikes are reported.
 *
 * @param kept one menu per offered menu, its entries from the most bytes to the fewest, so that
 *     neighbours in the list are neighbours in width
 * @param struck what is gone
 */
public record Menus(List<Menu> kept, List<Struck> struck) {

  private static final Comparator<MenuEntry> WIDEST_FIRST =
      Comparator.comparingLong(MenuEntry::storedBytes)
          .reversed()
          .thenComparingDouble(MenuEntry::damage)
          .thenComparingDouble(MenuEntry::latencyCostMillis)
          .thenComparing(MenuEntry::scheme);

  /**
   * An entry that was struck out.
   *
   * @param group the menu's group
   * @param entry what is gone
   * @param by an entry of the same menu that stayed and is nowhere worse
   */
  public record Struck(String group, MenuEntry entry, MenuEntry by) {}

  public Menus {
    kept = List.copyOf(kept);
    struck = List.copyOf(struck);
  }

  /** Strikes the dominated entries out of each menu. */
  public static Menus strike(List<Menu> offered) {
    List<Menu> kept = new ArrayList<>();
    List<Struck> struck = new ArrayList<>();
    for (Menu menu : offered) {
      List<MenuEntry> survivors = survivors(menu.entries());
      for (MenuEntry entry : menu.entries()) {
        if (!survivors.contains(entry)) {
          struck.add(new Struck(menu.group(), entry, striker(entry, survivors)));
        }
      }
      kept.add(
          new Menu(
              menu.group(), menu.layerIndices(), survivors.stream().sorted(WIDEST_FIRST).toList()));
    }
    return new Menus(kept, struck);
  }

  private static List<MenuEntry> survivors(List<MenuEntry> entries) {
    List<MenuEntry> survivors = new ArrayList<>();
    for (int i = 0; i < entries.size(); i++) {
      MenuEntry entry = entries.get(i);
      boolean beaten = entries.stream().anyMatch(other -> other.dominates(entry));
      boolean repeated = entries.subList(0, i).stream().anyMatch(first -> first.noWorse(entry));
      if (!beaten && !repeated) {
        survivors.add(entry);
      }
    }
    return survivors;
  }

  /** Dominance is transitive, so whatever is struck is struck by something that stayed. */
  private static MenuEntry striker(MenuEntry entry, List<MenuEntry> survivors) {
    return survivors.stream().filter(other -> other.noWorse(entry)).findFirst().orElseThrow();
  }
}
