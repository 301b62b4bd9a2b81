package dev.mixtune.benchmarks;

import dev.mixtune.search.table.CountedDamages;
import dev.mixtune.search.table.TableShape;
import java.util.Random;

/** Plans drawn at random, each choice's options alike. */
final class RandomPlans implements Competitor {
  private static final int DRAWS_PER_EVALUATION = 50;

  @Override
  public String name() {
    return "random";
  }

  @Override
  public boolean plansAhead() {
    return false;
  }

  @Override
  public void run(CountedDamages damages, long seed) {
    TableShape shape = damages.shape();
    Random random = new Random(seed);
    for (int draw = 0; draw < DRAWS_PER_EVALUATION * damages.most(); draw++) {
      int[] options = new int[shape.genes()];
      for (int gene = 0; gene < options.length; gene++) {
        options[gene] = random.nextInt(shape.options(gene));
      }
      damages.damage(shape.plan(options));
    }
  }
}
