package dev.mixtune.search.table;

import java.util.ArrayList;
import java.util.List;

/** The generated instances that figures are reported for. */
public final class StandardInstances {
  private static final long SEED = 7;

  /** Noise of one evaluation, as a share of the damage of the cheapest plan. */
  private static final double NOISE = 0.005;

  private StandardInstances() {}

  /** With additive and saturating damage, then with pair terms, then with pair terms and noise. */
  public static List<TableInstance> all() {
    List<TableInstance> all = new ArrayList<>();
    for (Link link : Link.values()) {
      String id = "-" + link.id();
      all.add(TableGenerator.separable("50x2" + id, 50, 2, link, SEED));
      all.add(TableGenerator.separable("53x4" + id, 53, 4, link, SEED));
    }
    for (Link link : Link.values()) {
      String id = "50x3-" + link.id();
      all.add(TableGenerator.entangled(id + "-pairs", 50, 3, link, 0, SEED));
      all.add(TableGenerator.entangled(id + "-pairs-noise", 50, 3, link, NOISE, SEED));
    }
    return all;
  }
}
