package dev.mixtune.cli;

import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.graph.Network;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** Plans from nearly lossless to ruinous: uniform ones, and mixed ones drawn by a seed. */
final class SpreadOfPlans {
  private static final int MOST_DRAWS = 100;

  private final Network network;
  private final RoundingPlans plans;

  SpreadOfPlans(Network network, RoundingPlans plans) {
    this.network = network;
    this.plans = plans;
  }

  /**
   * The plans, the uniform one of the widest width first. Of the mixed ones a quarter mixes 8 and 4
   * bits, the others 4 and 2: from one plan to the next more groups of layers take the narrower
   * width, slowly at first, where a plan's drop passes the limits that people ask for.
   *
   * @param count how many, at least 3; fewer come out where the network has fewer
   */
  List<Plan> draw(int count, long seed) {
    Set<Plan> drawn = new LinkedHashSet<>();
    for (int bits : List.of(8, 4, 2)) {
      drawn.add(plans.uniform(bits));
    }
    Random random = new Random(seed);
    int mixed = count - drawn.size();
    int wide = mixed / 4;
    for (int i = 0; i < mixed; i++) {
      boolean isWide = i < wide;
      double step = isWide ? (i + 1.0) / (wide + 1) : (i - wide + 1.0) / (mixed - wide + 1);
      int before = drawn.size();
      for (int draw = 0; draw < MOST_DRAWS && drawn.size() == before; draw++) {
        drawn.add(isWide ? mixed(8, 4, step, random) : mixed(4, 2, step * step, random));
      }
    }
    return List.copyOf(drawn);
  }

  /** Layers that share a choice get one. */
  private Plan mixed(int wideBits, int narrowBits, double share, Random random) {
    Set<String> taken = new HashSet<>();
    for (String group : network.groups().keySet()) {
      if (random.nextDouble() < share) {
        taken.add(group);
      }
    }
    Plan narrow = plans.uniform(narrowBits);
    Plan plan = plans.uniform(wideBits);
    for (Layer layer : network.layers()) {
      if (taken.contains(layer.group())) {
        plan = plan.with(layer.index(), narrow.schemes().get(layer.index()));
      }
    }
    return plan;
  }
}
