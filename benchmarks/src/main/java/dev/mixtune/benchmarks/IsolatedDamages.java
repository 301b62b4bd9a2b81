package dev.mixtune.benchmarks;

import dev.mixtune.search.table.CountedDamages;
import dev.mixtune.search.table.TableShape;

/** One-layer sensitivities of every option, as AIMET, HAWQ and MCT take them; each counts. */
final class IsolatedDamages {
  private IsolatedDamages() {}

  /** {@code [choice][option]}, damage above that of the plan of the dearest options. */
  static double[][] of(CountedDamages damages) {
    TableShape shape = damages.shape();
    int[] base = shape.options(shape.dearest());
    double least = damages.damage(shape.plan(base));
    double[][] isolated = new double[shape.genes()][];
    for (int gene = 0; gene < isolated.length; gene++) {
      isolated[gene] = new double[shape.options(gene)];
      for (int option = 0; option < isolated[gene].length; option++) {
        int[] changed = base.clone();
        changed[gene] = option;
        isolated[gene][option] = Math.max(0, damages.damage(shape.plan(changed)) - least);
      }
    }
    return isolated;
  }
}
