package dev.mixtune.search;

import io.jenetics.Alterer;
import io.jenetics.AltererResult;
import io.jenetics.Chromosome;
import io.jenetics.Genotype;
import io.jenetics.Phenotype;
import io.jenetics.util.ISeq;
import io.jenetics.util.MSeq;
import io.jenetics.util.RandomRegistry;
import io.jenetics.util.Seq;
import java.util.Arrays;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * Changes every free gene of every individual with a small probability of its own, independently.
 *
 * <p>Jenetics' own mutator spends its probability on individuals, chromosomes and genes in turn,
 * which leaves most individuals alone and changes the others in many places.
 */
final class GeneMutation implements Alterer<OptionGene, Standing> {
  private final Function<int[], double[]> odds;

  /**
   * @param odds of a plan's options: for each gene the probability that it changes, 0..1
   */
  GeneMutation(Function<int[], double[]> odds) {
    this.odds = odds;
  }

  @Override
  public AltererResult<OptionGene, Standing> alter(
      Seq<Phenotype<OptionGene, Standing>> population, long generation) {
    RandomGenerator random = RandomRegistry.random();
    MSeq<Phenotype<OptionGene, Standing>> altered = MSeq.of(population);
    int changes = 0;
    for (int i = 0; i < altered.length(); i++) {
      Chromosome<OptionGene> chromosome = altered.get(i).genotype().chromosome();
      double[] probabilities = odds.apply(OptionChromosome.options(altered.get(i).genotype()));
      MSeq<OptionGene> genes = MSeq.of(chromosome);
      int before = changes;
      for (int g = 0; g < genes.length(); g++) {
        if (genes.get(g).isFree() && random.nextDouble() < probabilities[g]) {
          genes.set(g, genes.get(g).changed(random));
          changes++;
        }
      }
      if (changes > before) {
        altered.set(
            i, Phenotype.of(Genotype.of(chromosome.newInstance(genes.toISeq())), generation));
      }
    }
    return new AltererResult<>(altered.toISeq(), changes);
  }

  /** The genotype with exactly one free gene changed; there must be one. */
  static Genotype<OptionGene> changeOne(Genotype<OptionGene> genotype, RandomGenerator random) {
    ISeq<OptionGene> genes = ISeq.of(genotype.chromosome());
    int[] free = genes.stream().mapToInt(g -> g.isFree() ? 1 : 0).toArray();
    int wanted = random.nextInt(Arrays.stream(free).sum());
    int locus = 0;
    while (free[locus] == 0 || wanted-- > 0) {
      locus++;
    }
    MSeq<OptionGene> changed = genes.copy();
    changed.set(locus, changed.get(locus).changed(random));
    return Genotype.of(genotype.chromosome().newInstance(changed.toISeq()));
  }
}
