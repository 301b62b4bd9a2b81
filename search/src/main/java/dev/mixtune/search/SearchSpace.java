package dev.mixtune.search;

import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * All plans that the search may ask for: one option from every menu, {@link Scheme#F32} for layers
 * that are in no menu.
 *
 * <p>The space is made of the entries that {@link Menus#strike} leaves; what was offered is kept
 * because uniform plans are defined by it.
 */
public final class SearchSpace {
  private final int layers;
  private final List<Menu> offered;
  private final Menus menus;

  private SearchSpace(int layers, List<Menu> offered) {
    this.layers = layers;
    this.offered = List.copyOf(offered);
    this.menus = Menus.strike(offered);
  }

  /**
   * The space over these menus.
   *
   * @param layers number of layers of the network
   * @param offered the menus before anything is struck out, at least one
   * @throws IllegalArgumentException when a layer is out of range or in two menus, or a group has
   *     two menus
   */
  public static SearchSpace of(int layers, List<Menu> offered) {
    if (offered.isEmpty()) {
      throw new IllegalArgumentException("a search space needs at least one menu");
    }
    Set<Integer> seen = new HashSet<>();
    Set<String> groups = new HashSet<>();
    for (Menu menu : offered) {
      if (!groups.add(menu.group())) {
        throw new IllegalArgumentException("two menus for group '" + menu.group() + "'");
      }
      for (int layer : menu.layerIndices()) {
        if (layer < 0 || layer >= layers || !seen.add(layer)) {
          throw new IllegalArgumentException(
              "menu '"
                  + menu.group()
                  + "': layer "
                  + layer
                  + " of "
                  + layers
                  + " is no layer or"
                  + " is in two menus");
        }
      }
    }
    return new SearchSpace(layers, offered);
  }

  /** Number of layers of the network. */
  public int layers() {
    return layers;
  }

  /** The menus as they were handed in. */
  public List<Menu> offered() {
    return offered;
  }

  /** The menus without dominated entries, in the order of {@link #offered}. */
  public List<Menu> menus() {
    return menus.kept();
  }

  /** The entries that were struck out. */
  public List<Menus.Struck> struck() {
    return menus.struck();
  }

  /** How many plans there are. */
  public BigInteger combinations() {
    BigInteger product = BigInteger.ONE;
    for (Menu menu : menus()) {
      product = product.multiply(BigInteger.valueOf(menu.entries().size()));
    }
    return product;
  }

  /** Whether the plan is in this space. */
  public boolean contains(Plan plan) {
    return find(plan, menus()).isPresent();
  }

  /** Whether the offered menus allow the plan, struck entries included. */
  public boolean offers(Plan plan) {
    return find(plan, offered).isPresent();
  }

  /**
   * The plan that takes these options.
   *
   * @param options for each of {@link #menus} the index of an entry
   * @throws IllegalArgumentException when an index is out of range
   */
  Plan plan(int[] options) {
    return plan(options, menus());
  }

  private Plan plan(int[] options, List<Menu> menus) {
    if (options.length != menus.size()) {
      throw new IllegalArgumentException(options.length + " options, " + menus.size() + " menus");
    }
    Scheme[] schemes = new Scheme[layers];
    Arrays.fill(schemes, Scheme.F32);
    for (int m = 0; m < options.length; m++) {
      Menu menu = menus.get(m);
      if (options[m] < 0 || options[m] >= menu.entries().size()) {
        throw new IllegalArgumentException(
            "menu '" + menu.group() + "' has no option " + options[m]);
      }
      for (int layer : menu.layerIndices()) {
        schemes[layer] = menu.entries().get(options[m]).scheme();
      }
    }
    return new Plan(Arrays.asList(schemes));
  }

  /**
   * The options that give this plan.
   *
   * @throws IllegalArgumentException when the plan is outside this space
   */
  int[] options(Plan plan) {
    return find(plan, menus())
        .orElseThrow(
            () -> new IllegalArgumentException("plan outside the search space: " + plan.key()));
  }

  /** For each offered menu the index of the plan's entry; empty when it is not offered. */
  Optional<int[]> offeredOptions(Plan plan) {
    return find(plan, offered);
  }

  /** All plans, in lexicographic order of their options; only for small spaces. */
  List<Plan> enumerate() {
    int[] options = new int[menus().size()];
    List<Plan> plans = new ArrayList<>();
    int position;
    do {
      plans.add(plan(options));
      position = options.length - 1;
      while (position >= 0 && ++options[position] == menus().get(position).entries().size()) {
        options[position--] = 0;
      }
    } while (position >= 0);
    return plans;
  }

  private Optional<int[]> find(Plan plan, List<Menu> menus) {
    if (plan.size() != layers) {
      return Optional.empty();
    }
    int[] options = new int[menus.size()];
    for (int m = 0; m < options.length; m++) {
      Menu menu = menus.get(m);
      Scheme scheme = plan.scheme(menu.layerIndices().get(0));
      options[m] = -1;
      for (int i = 0; i < menu.entries().size(); i++) {
        if (menu.entries().get(i).scheme() == scheme) {
          options[m] = i;
        }
      }
      if (options[m] < 0) {
        return Optional.empty();
      }
    }
    // Tied layers that differ and float layers that do not stay float show up here.
    return plan(options, menus).equals(plan) ? Optional.of(options) : Optional.empty();
  }
}
