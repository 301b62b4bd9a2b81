package dev.mixtune.search;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/**
 * The figures of a space's menus as arrays {@code [menu][entry]}, for the solvers that make seeds.
 * Times are whole nanoseconds so that a limit is met or not met exactly.
 */
final class Costs {
  private static final double NANOS_PER_MILLI = 1e6;

  private final double[][] damage;
  private final long[][] bytes;
  private final long[][] nanos;

  private Costs(List<Menu> menus) {
    damage = doubles(menus, MenuEntry::damage);
    bytes = longs(menus, MenuEntry::storedBytes);
    nanos = longs(menus, e -> Math.round(e.latencyCostMillis() * NANOS_PER_MILLI));
  }

  private Costs(double[][] damage, long[][] bytes, long[][] nanos) {
    this.damage = damage;
    this.bytes = bytes;
    this.nanos = nanos;
  }

  /** These costs with other damages, shifted so that the least of each menu is 0. */
  Costs withDamage(double[][] wanted) {
    double[][] shifted = new double[wanted.length][];
    for (int m = 0; m < wanted.length; m++) {
      double least = Arrays.stream(wanted[m]).min().orElseThrow();
      shifted[m] = Arrays.stream(wanted[m]).map(value -> value - least).toArray();
    }
    return new Costs(shifted, bytes, nanos);
  }

  /** These costs with other times, in any unit. */
  Costs withNanos(long[][] wanted) {
    return new Costs(damage, bytes, wanted);
  }

  static Costs of(SearchSpace space) {
    return new Costs(space.menus());
  }

  double[][] damage() {
    return damage;
  }

  long[][] bytes() {
    return bytes;
  }

  long[][] nanos() {
    return nanos;
  }

  /** For each menu the entry with the least damage, the one with less weight among equals. */
  int[] safest(long[][] weight) {
    int[] options = new int[damage.length];
    for (int m = 0; m < options.length; m++) {
      for (int i = 1; i < damage[m].length; i++) {
        double gain = damage[m][options[m]] - damage[m][i];
        if (gain > 0 || (gain == 0 && weight[m][i] < weight[m][options[m]])) {
          options[m] = i;
        }
      }
    }
    return options;
  }

  private static double[][] doubles(List<Menu> menus, ToDoubleFunction<MenuEntry> figure) {
    return menus.stream()
        .map(menu -> menu.entries().stream().mapToDouble(figure).toArray())
        .toArray(double[][]::new);
  }

  private static long[][] longs(List<Menu> menus, ToLongFunction<MenuEntry> figure) {
    return menus.stream()
        .map(menu -> menu.entries().stream().mapToLong(figure).toArray())
        .toArray(long[][]::new);
  }
}
