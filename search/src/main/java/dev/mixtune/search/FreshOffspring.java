package dev.mixtune.search;

import dev.mixtune.engine.Plan;
import io.jenetics.Alterer;
import io.jenetics.AltererResult;
import io.jenetics.Genotype;
import io.jenetics.Phenotype;
import io.jenetics.util.MSeq;
import io.jenetics.util.RandomRegistry;
import io.jenetics.util.Seq;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/**
 * Replaces offspring that are known already, or that repeat each other, by new plans near them.
 *
 * <p>An evaluation is worth many thousand mutations: a generation that asks again for known plans
 * would learn nothing. The walk away from a known plan takes one change per try; after it, plans
 * are drawn at random. What is still known after the last try is left as it is.
 */
final class FreshOffspring implements Alterer<OptionGene, Standing> {
  private static final int WALK = 24;
  private static final int DRAWS = 40;

  private final SearchSpace space;
  private final Predicate<Plan> known;

  FreshOffspring(SearchSpace space, Predicate<Plan> known) {
    this.space = space;
    this.known = known;
  }

  @Override
  public AltererResult<OptionGene, Standing> alter(
      Seq<Phenotype<OptionGene, Standing>> population, long generation) {
    RandomGenerator random = RandomRegistry.random();
    MSeq<Phenotype<OptionGene, Standing>> fresh = MSeq.of(population);
    Set<Plan> taken = new HashSet<>();
    int replaced = 0;
    for (int i = 0; i < fresh.length(); i++) {
      Genotype<OptionGene> start = fresh.get(i).genotype();
      Genotype<OptionGene> found = freshNear(start, taken, random);
      taken.add(plan(found));
      if (!found.equals(start)) {
        fresh.set(i, Phenotype.of(found, generation));
        replaced++;
      }
    }
    return new AltererResult<>(fresh.toISeq(), replaced);
  }

  private Genotype<OptionGene> freshNear(
      Genotype<OptionGene> start, Set<Plan> taken, RandomGenerator random) {
    Genotype<OptionGene> candidate = start;
    for (int tries = 0; tries < WALK + DRAWS; tries++) {
      Plan plan = plan(candidate);
      if (!known.test(plan) && !taken.contains(plan)) {
        return candidate;
      }
      candidate =
          tries < WALK ? GeneMutation.changeOne(candidate, random) : candidate.newInstance();
    }
    return start;
  }

  private Plan plan(Genotype<OptionGene> genotype) {
    return space.plan(OptionChromosome.options(genotype));
  }
}
