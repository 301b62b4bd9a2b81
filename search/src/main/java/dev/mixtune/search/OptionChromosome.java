package dev.mixtune.search;

import io.jenetics.Chromosome;
import io.jenetics.Genotype;
import io.jenetics.util.ISeq;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A whole plan: one gene per menu, all in one chromosome so that crossover can recombine them.
 *
 * @param genes in the order of the menus
 */
record OptionChromosome(ISeq<OptionGene> genes) implements Chromosome<OptionGene> {

  /** The genotype that takes these options. */
  static Genotype<OptionGene> genotype(List<Menu> menus, int[] options) {
    return Genotype.of(
        new OptionChromosome(
            IntStream.range(0, options.length)
                .mapToObj(m -> new OptionGene(options[m], menus.get(m).entries().size()))
                .collect(ISeq.toISeq())));
  }

  /** A genotype that tells Jenetics the shape; drawing from it gives random options. */
  static Genotype<OptionGene> shape(List<Menu> menus) {
    return genotype(menus, new int[menus.size()]);
  }

  static int[] options(Genotype<OptionGene> genotype) {
    return genotype.chromosome().stream().mapToInt(OptionGene::option).toArray();
  }

  @Override
  public Chromosome<OptionGene> newInstance(ISeq<OptionGene> replacement) {
    return new OptionChromosome(replacement);
  }

  @Override
  public Chromosome<OptionGene> newInstance() {
    return new OptionChromosome(genes.map(OptionGene::newInstance));
  }

  @Override
  public OptionGene get(int index) {
    return genes.get(index);
  }

  @Override
  public int length() {
    return genes.length();
  }
}
