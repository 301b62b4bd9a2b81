package dev.mixtune.benchmarks;

import dev.mixtune.search.table.CountedDamages;
import dev.mixtune.search.table.TableShape;
import io.jenetics.Genotype;
import io.jenetics.IntegerChromosome;
import io.jenetics.IntegerGene;
import io.jenetics.Mutator;
import io.jenetics.Optimize;
import io.jenetics.SinglePointCrossover;
import io.jenetics.engine.Engine;
import io.jenetics.engine.Limits;
import io.jenetics.ext.moea.NSGA2Selector;
import io.jenetics.ext.moea.Vec;
import io.jenetics.util.RandomRegistry;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;

/** Jenetics' NSGA-II selector with its stock alterers, as its manual shows it. */
final class JeneticsNsga2 implements Competitor {
  static final int POPULATION = 50;

  @Override
  public String name() {
    return "NSGA-II (Jenetics)";
  }

  @Override
  public boolean plansAhead() {
    return false;
  }

  @Override
  public void run(CountedDamages damages, long seed) {
    TableShape shape = damages.shape();
    Asking asking = new Asking(damages);
    // The upper end of the genes' range is exclusive.
    int most = IntStream.range(0, shape.genes()).map(shape::options).max().orElseThrow();
    Engine<IntegerGene, Vec<double[]>> engine =
        Engine.<IntegerGene, Vec<double[]>>builder(
                genotype -> Vec.of(asking.ask(options(genotype, shape))),
                Genotype.of(IntegerChromosome.of(0, most, shape.genes())))
            .populationSize(POPULATION)
            .offspringSelector(NSGA2Selector.ofVec())
            .survivorsSelector(NSGA2Selector.ofVec())
            .alterers(new SinglePointCrossover<>(0.9), new Mutator<>(1.0 / shape.genes()))
            .optimize(Optimize.MINIMUM)
            .executor(Runnable::run)
            .build();
    try {
      RandomRegistry.with(
          new Random(seed),
          random ->
              engine.stream().limit(Limits.byFixedGeneration(asking.most() / POPULATION)).count());
    } catch (CompletionException | CancellationException e) {
      // Jenetics wraps what ends an evaluation.
      if (damages.left() > 0) {
        throw e;
      }
    }
  }

  private static int[] options(Genotype<IntegerGene> genotype, TableShape shape) {
    int[] options = genotype.chromosome().stream().mapToInt(IntegerGene::intValue).toArray();
    // One range along a chromosome: what a shorter menu does not have is its last option.
    Arrays.setAll(options, gene -> Math.min(options[gene], shape.options(gene) - 1));
    return options;
  }
}
