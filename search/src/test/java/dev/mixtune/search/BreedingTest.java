package dev.mixtune.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import io.jenetics.Alterer;
import io.jenetics.Genotype;
import io.jenetics.Phenotype;
import io.jenetics.util.ISeq;
import io.jenetics.util.MSeq;
import io.jenetics.util.RandomRegistry;
import java.util.ArrayList;
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
    double[] odds = IntStream.range(0, LAYERS).mapToDouble(g -> 0.02 * (g + 1)).toArray();
    int[] start = new int[LAYERS];
    Arrays.fill(start, 1);
    int[] perGene = new int[LAYERS];
    int untouched = 0;
    for (Phenotype<OptionGene, Standing> child :
        altered(new GeneMutation(plan -> odds), copies(count, start))) {
      int[] options = options(child);
      for (int g = 0; g < LAYERS; g++) {
        perGene[g] += options[g] == start[g] ? 0 : 1;
      }
      untouched += Arrays.equals(options, start) ? 1 : 0;
    }
    // Binomial counts; five standard deviations.
    for (int g = 0; g < LAYERS; g++) {
      double spread = 5 * Math.sqrt(count * odds[g] * (1 - odds[g]));
      assertThat((double) perGene[g]).isCloseTo(count * odds[g], within(spread));
    }
    double none = Arrays.stream(odds).reduce(1, (product, odd) -> product * (1 - odd));
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
  void crossoverExchangesRunsOfLayersAndKeepsGroupsWhole() {
    // The menus come in another order than the layers; one group has a layer at both ends.
    List<Menu> menus = new ArrayList<>();
    menus.add(new Menu("tied", List.of(2, 11), Toys.fourWidths(0).entries()));
    IntStream.of(10, 9, 0, 1, 3, 4, 5, 6, 7, 8).forEach(layer -> menus.add(Toys.fourWidths(layer)));
    SearchSpace tied = SearchSpace.of(12, menus);
    int genes = menus.size();
    int[] threes = new int[genes];
    Arrays.fill(threes, 3);
    ISeq<Phenotype<OptionGene, Standing>> parents =
        IntStream.range(0, 400)
            .mapToObj(i -> i % 2 == 0 ? new int[genes] : threes)
            .map(options -> OptionChromosome.genotype(tied.menus(), options))
            .map(genotype -> Phenotype.of(genotype, 0, Standing.UNRANKED))
            .collect(ISeq.toISeq());
    BlockCrossover crossover = new BlockCrossover(tied.menus(), 0.45);
    Set<Integer> lengths = new HashSet<>();
    for (int i = 0; i + 1 < parents.size(); i += 2) {
      MSeq<OptionGene> one = MSeq.of(parents.get(i).genotype().chromosome());
      MSeq<OptionGene> other = MSeq.of(parents.get(i + 1).genotype().chromosome());
      RandomRegistry.with(new Random(i), random -> crossover.crossover(one, other));
      StringBuilder along = new StringBuilder();
      for (int layer : new int[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}) {
        int gene = layer == 2 ? 0 : menus.indexOf(Toys.fourWidths(layer));
        assertThat(one.get(gene).option() + other.get(gene).option()).isEqualTo(3);
        along.append(one.get(gene).option());
      }
      assertThat(along.toString()).matches("0*3+0*");
      lengths.add((int) along.chars().filter(c -> c == '3').count());
    }
    assertThat(lengths).containsExactlyInAnyOrder(1, 2, 3, 4, 5);
  }

  @Test
  void crossoverLosesNoGene() {
    int[] threes = new int[LAYERS];
    Arrays.fill(threes, 3);
    ISeq<Phenotype<OptionGene, Standing>> population =
        copies(20, new int[LAYERS]).append(copies(20, threes));
    int sum = 0;
    for (Phenotype<OptionGene, Standing> child :
        altered(new BlockCrossover(space.menus(), 0.45), population)) {
      sum += Arrays.stream(options(child)).sum();
    }
    assertThat(sum).isEqualTo(20 * LAYERS * 3);
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
