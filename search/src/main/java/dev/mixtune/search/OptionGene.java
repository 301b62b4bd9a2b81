package dev.mixtune.search;

import io.jenetics.Gene;
import io.jenetics.util.RandomRegistry;
import java.util.random.RandomGenerator;

/**
 * One choice from one menu. Jenetics' integer genes must share one range along a chromosome; menus
 * differ in length, so each gene here knows its own.
 *
 * @param option index of the chosen entry
 * @param options number of entries
 */
record OptionGene(int option, int options) implements Gene<Integer, OptionGene> {

  OptionGene {
    if (option < 0 || option >= options) {
      throw new IllegalArgumentException("option " + option + " of " + options);
    }
  }

  @Override
  public Integer allele() {
    return option;
  }

  @Override
  public OptionGene newInstance() {
    return newInstance(RandomRegistry.random().nextInt(options));
  }

  @Override
  public OptionGene newInstance(Integer value) {
    return new OptionGene(value, options);
  }

  @Override
  public boolean isValid() {
    return true;
  }

  /** Whether there is anything to choose. */
  boolean isFree() {
    return options > 1;
  }

  /** A different option: half of the time a neighbour in width, otherwise any. */
  OptionGene changed(RandomGenerator random) {
    if (random.nextBoolean()) {
      boolean up = option == 0 || (option < options - 1 && random.nextBoolean());
      return newInstance(option + (up ? 1 : -1));
    }
    int other = random.nextInt(options - 1);
    return newInstance(other < option ? other : other + 1);
  }
}
