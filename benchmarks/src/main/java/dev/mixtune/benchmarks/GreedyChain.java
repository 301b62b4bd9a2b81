package dev.mixtune.benchmarks;

import dev.mixtune.search.table.CountedDamages;
import dev.mixtune.search.table.TableShape;

/**
 * The greedy chain of AIMET's automatic mixed precision: from the dearest options on, the one
 * change at a time that saves most per isolated damage, each plan on the way evaluated. It ends at
 * the cheapest plan, whatever is left.
 */
final class GreedyChain implements Competitor {
  @Override
  public String name() {
    return "greedy chain (AIMET)";
  }

  @Override
  public boolean plansAhead() {
    return false;
  }

  @Override
  public void run(CountedDamages damages, long seed) {
    TableShape shape = damages.shape();
    double[][] isolated = IsolatedDamages.of(damages);
    int[] options = shape.options(shape.dearest());
    while (step(shape, isolated, options)) {
      damages.damage(shape.plan(options));
    }
  }

  private static boolean step(TableShape shape, double[][] isolated, int[] options) {
    int gene = -1;
    int entry = -1;
    double best = 0;
    for (int g = 0; g < options.length; g++) {
      for (int o = 0; o < isolated[g].length; o++) {
        double saving = shape.cost(g, options[g]) - shape.cost(g, o);
        double added = Math.max(1e-12, isolated[g][o] - isolated[g][options[g]]);
        if (saving > 0 && saving / added > best) {
          best = saving / added;
          gene = g;
          entry = o;
        }
      }
    }
    if (gene < 0) {
      return false;
    }
    options[gene] = entry;
    return true;
  }
}
