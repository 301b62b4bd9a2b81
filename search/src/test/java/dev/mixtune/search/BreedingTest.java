package dev.mixtune.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import io.jenetics.Alterer;
import io.jenetics.Genotype;
import io.jenetics.MultiPointCrossover;
import io.jenetics.Phenotype;
import io.jenetics.util.ISeq;
import io.jenetics.util.RandomRegistry;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BreedingTest {
  private static final int LAYERS = 10;

  private final SearchSpace space =
      SearchSpace.of(LAYERS, IntStream.range(0, LAYERS).mapToObj(Toys::fourWidths).toList());

  private static ISeq<Phenotype<OptionGene, Standing>> altered(
      Alterer<OptionGene, Standing> alterer, ISeq<Phenotype<OptionGene, Standing>> population) {
    return RandomRegistry.with(new Random(3), random -> alterer.alter(population, 1).population());
  }

  private ISeq<Phenotype<OptionGene, Standing>> copies(int count, int... options) {
    Genotype<OptionGene> genotype = OptionChromosome.genotype(space.menus(), options);
    return IntStream.range(0, count)
        .mapToObj(i -> Phenotype.of(genotype, 0, Standing.UNRANKED))
        .collect(ISeq.toISeq());
  }

  private static int[] options(Phenotype<OptionGene, Standing> phenotype) {
    return OptionChromosome.options(phenotype.genotype());
  }

  @Test
  void everyGeneMutatesWithItsOwnProbability() {
    int count = 4000;
    double probability = 0.1;
    int[] start = new int[LAYERS];
    Arrays.fill(start, 1);
    int[] perGene = new int[LAYERS];
    int untouched = 0;
    for (Phenotype<OptionGene, Standing> child :
        altered(new GeneMutation(probability), copies(count, start))) {
      int[] options = options(child);
      for (int g = 0; g < LAYERS; g++) {
        perGene[g] += options[g] == start[g] ? 0 : 1;
      }
      untouched += Arrays.equals(options, start) ? 1 : 0;
    }
    // Binomial counts; five standard deviations.
    double spread = 5 * Math.sqrt(count * probability * (1 - probability));
    for (int changes : perGene) {
      assertThat((double) changes).isCloseTo(count * probability, within(spread));
    }
    double none = Math.pow(1 - probability, LAYERS);
    assertThat((double) untouched)
        .as("genes mutate independently")
        .isCloseTo(count * none, within(5 * Math.sqrt(count * none * (1 - none))));
  }

  @Test
  void aChangedGeneIsDifferentAndReachesEveryOption() {
    Random random = new Random(1);
    for (int option = 0; option < 4; option++) {
      Set<Integer> reached = new HashSet<>();
      for (int i = 0; i < 300; i++) {
        reached.add(new OptionGene(option, 4).changed(random).option());
      }
      assertThat(reached).hasSize(3).doesNotContain(option);
    }
    assertThat(new OptionGene(0, 2).changed(random).option()).isEqualTo(1);
    assertThat(new OptionGene(0, 1).isFree()).isFalse();
    assertThatThrownBy(() -> new OptionGene(4, 4)).hasMessageContaining("option 4 of 4");
  }

  @Test
  void fixedGenesNeverChange() {
    SearchSpace narrow =
        SearchSpace.of(
            2, List.of(Toys.menu(0, Toys.entry(Scheme.F16, 1, 0, 0)), Toys.fourWidths(1)));
    Genotype<OptionGene> genotype = OptionChromosome.genotype(narrow.menus(), new int[] {0, 1});
    Random random = new Random(2);
    for (int i = 0; i < 50; i++) {
      int[] options = OptionChromosome.options(GeneMutation.changeOne(genotype, random));
      assertThat(options[0]).isZero();
      assertThat(options[1]).isNotEqualTo(1);
    }
  }

  @Test
  void crossoverRecombinesGenesAndKeepsThemInPlace() {
    int[] zeros = new int[LAYERS];
    int[] threes = new int[LAYERS];
    Arrays.fill(threes, 3);
    ISeq<Phenotype<OptionGene, Standing>> population = copies(20, zeros).append(copies(20, threes));
    ISeq<Phenotype<OptionGene, Standing>> children =
        altered(new MultiPointCrossover<>(0.45, 2), population);
    int sum = 0;
    boolean mixed = false;
    for (Phenotype<OptionGene, Standing> child : children) {
      int threesInChild = Arrays.stream(options(child)).sum() / 3;
      sum += threesInChild;
      mixed |= threesInChild > 0 && threesInChild < LAYERS;
    }
    assertThat(mixed).isTrue();
    assertThat(sum).as("genes are swapped, none is lost").isEqualTo(20 * LAYERS);
  }

  @Test
  void offspringAreNewAndDistinct() {
    Set<Plan> known = new HashSet<>();
    known.add(space.plan(new int[LAYERS]));
    ISeq<Phenotype<OptionGene, Standing>> children =
        altered(new FreshOffspring(space, known::contains), copies(200, new int[LAYERS]));
    Set<Plan> plans = new HashSet<>();
    children.forEach(child -> plans.add(space.plan(options(child))));
    assertThat(plans).hasSize(200).doesNotContainAnyElementsOf(known);
    assertThat(children).allMatch(Phenotype::nonEvaluated);
  }

  @Test
  void offspringStayWhenEverythingIsKnown() {
    ISeq<Phenotype<OptionGene, Standing>> parents = copies(3, new int[LAYERS]);
    assertThat(altered(new FreshOffspring(space, plan -> true), parents)).isEqualTo(parents);
  }
}
