package dev.mixtune.search;

import dev.mixtune.engine.Plan;
import io.jenetics.Genotype;
import io.jenetics.Optimize;
import io.jenetics.Phenotype;
import io.jenetics.TournamentSelector;
import io.jenetics.engine.Engine;
import io.jenetics.engine.EvolutionStart;
import io.jenetics.util.ISeq;
import io.jenetics.util.RandomRegistry;
import io.jenetics.util.Seq;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The (mu + lambda) evolution. Jenetics selects parents, recombines, mutates and evaluates lambda
 * offspring; who survives is decided here, over parents and offspring together, because Jenetics
 * draws its survivors from the parents alone.
 *
 * <p>Each generation has a random generator of its own, made from the seed and the generation's
 * number, and the engine runs on the calling thread: the same evaluations lead to the same plans,
 * whoever computed them and when.
 */
final class Evolution {
  private static final double CROSSOVER = 0.45;

  /** Frontiers over three objectives are larger than a batch; few parents would lose most of it. */
  private static final long PARENTS_PER_OFFSPRING = 3;

  private static final int TOURNAMENT = 2;

  /** Offspring bred for each one paid for; the surrogates choose among them. */
  private static final int BRED_PER_PAID = 6;

  private final SearchSpace space;
  private final SearchSettings settings;
  private final Archive archive;
  private final Batches batches;
  private final Guide guide;
  private final Costs costs;
  private final Engine<OptionGene, Standing> engine;
  private MutationOdds odds;
  private List<Plan> parents = List.of();
  private List<Plan> paid = List.of();
  private int generation;

  Evolution(
      SearchSpace space, SearchSettings settings, Archive archive, Batches batches, Guide guide) {
    this.space = space;
    this.settings = settings;
    this.archive = archive;
    this.batches = batches;
    this.guide = guide;
    this.costs = Costs.of(space);
    this.odds = MutationOdds.of(costs.damage(), costs, settings.objectives());
    this.engine =
        new Engine.Builder<OptionGene, Standing>(
                this::evaluated, OptionChromosome.shape(space.menus()))
            .optimize(Optimize.MAXIMUM)
            .populationSize(BRED_PER_PAID * settings.populationSize())
            .offspringFraction(1)
            .maximalPhenotypeAge(Long.MAX_VALUE)
            .offspringSelector(new TournamentSelector<>(TOURNAMENT))
            .alterers(
                new BlockCrossover(space.menus(), CROSSOVER),
                new GeneMutation(options -> odds.of(options)),
                new FreshOffspring(space, archive::knows))
            .executor(Runnable::run)
            .build();
  }

  /** Breeds one generation, its first parents being the best of what is in the archive. */
  void breed(int number) {
    generation = number;
    if (parents.isEmpty()) {
      parents = survivors(archive.evaluations().stream().map(Evaluation::plan).toList());
    }
    odds = MutationOdds.of(guide.damages().orElseGet(costs::damage), costs, settings.objectives());
    EvolutionStart<OptionGene, Standing> start =
        EvolutionStart.of(phenotypes(parents, generation), generation);
    RandomRegistry.with(
        new Random(mix(settings.seed(), generation)), random -> engine.evolve(start));
    parents = survivors(Stream.concat(parents.stream(), paid.stream()).toList());
  }

  /** The best by front, then by crowding, then in the order given; each plan once. */
  private List<Plan> survivors(List<Plan> plans) {
    Set<Plan> candidates = new LinkedHashSet<>(plans);
    List<Evaluation> evaluations =
        candidates.stream()
            .filter(space::contains)
            .flatMap(plan -> archive.find(plan).stream())
            .toList();
    List<Standing> standings = standings(evaluations);
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < evaluations.size(); i++) {
      order.add(i);
    }
    order.sort(Comparator.<Integer, Standing>comparing(standings::get).reversed());
    return order.stream()
        .limit(PARENTS_PER_OFFSPRING * settings.populationSize())
        .map(i -> evaluations.get(i).plan())
        .toList();
  }

  /** A drop that no user would look at counts before everything else. */
  private List<Standing> standings(List<Evaluation> evaluations) {
    return Ranking.constrained(evaluations, archive.dominance(), settings.reference().drop());
  }

  private ISeq<Phenotype<OptionGene, Standing>> phenotypes(List<Plan> plans, long generation) {
    List<Evaluation> evaluations =
        plans.stream().flatMap(plan -> archive.find(plan).stream()).toList();
    List<Standing> standings = standings(evaluations);
    List<Phenotype<OptionGene, Standing>> phenotypes = new ArrayList<>();
    for (int i = 0; i < plans.size(); i++) {
      Genotype<OptionGene> genotype =
          OptionChromosome.genotype(space.menus(), space.options(plans.get(i)));
      phenotypes.add(Phenotype.of(genotype, generation, standings.get(i)));
    }
    return ISeq.of(phenotypes);
  }

  /** Jenetics' evaluator: pays for the offspring; what they are worth is ranked afterwards. */
  private ISeq<Phenotype<OptionGene, Standing>> evaluated(
      Seq<Phenotype<OptionGene, Standing>> population) {
    if (population.stream().allMatch(Phenotype::isEvaluated)) {
      // The parents, with which Jenetics begins.
      return population.asISeq();
    }
    List<Plan> offspring =
        population.stream()
            .filter(Phenotype::nonEvaluated)
            .map(phenotype -> plan(phenotype.genotype()))
            .distinct()
            .filter(plan -> !archive.knows(plan))
            .toList();
    paid = guide.choose(offspring, generation);
    batches.evaluate(paid);
    return population.stream()
        .map(p -> p.isEvaluated() ? p : p.withFitness(Standing.UNRANKED))
        .collect(ISeq.toISeq());
  }

  private Plan plan(Genotype<OptionGene> genotype) {
    return space.plan(OptionChromosome.options(genotype));
  }

  /**
   * A seed for one generation: the output function of SplitMix64 (Steele, Lea and Flood, "Fast
   * splittable pseudorandom number generators", OOPSLA 2014, doi:10.1145/2660193.2660195).
   */
  private static long mix(long seed, int generation) {
    long z = seed + (generation + 1) * 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
