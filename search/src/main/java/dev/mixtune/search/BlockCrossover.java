package dev.mixtune.search;

import io.jenetics.Crossover;
import io.jenetics.util.MSeq;
import io.jenetics.util.RandomRegistry;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Exchanges a run of neighbouring layers between two plans, and with it what its boundaries cost
 * and what its layers do to each other. A group is one choice: it goes over as a whole when its
 * first layer lies in the run.
 *
 * <p>Runs of every length up to half of the network are equally likely: the exchange of a longer
 * one is that of the rest, with the two plans' names swapped.
 */
final class BlockCrossover extends Crossover<OptionGene, Standing> {
  private final int[] alongNetwork;

  /**
   * @param menus in the order of the genes
   * @param probability that an individual takes part, 0..1
   */
  BlockCrossover(List<Menu> menus, double probability) {
    super(probability);
    this.alongNetwork =
        IntStream.range(0, menus.size())
            .boxed()
            .sorted(Comparator.comparingInt(m -> firstLayer(menus.get(m))))
            .mapToInt(Integer::intValue)
            .toArray();
  }

  private static int firstLayer(Menu menu) {
    return menu.layerIndices().stream().mapToInt(Integer::intValue).min().orElseThrow();
  }

  @Override
  protected int crossover(MSeq<OptionGene> one, MSeq<OptionGene> other) {
    RandomGenerator random = RandomRegistry.random();
    int genes = alongNetwork.length;
    int length = 1 + random.nextInt(Math.max(1, genes / 2));
    int start = random.nextInt(genes - length + 1);
    for (int position = start; position < start + length; position++) {
      int gene = alongNetwork[position];
      OptionGene kept = one.get(gene);
      one.set(gene, other.get(gene));
      other.set(gene, kept);
    }
    return 2;
  }
}
