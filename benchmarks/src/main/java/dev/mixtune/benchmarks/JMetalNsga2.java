package dev.mixtune.benchmarks;

import dev.mixtune.search.table.CountedDamages;
import dev.mixtune.search.table.TableShape;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.uma.jmetal.algorithm.multiobjective.nsgaii.NSGAIIBuilder;
import org.uma.jmetal.operator.crossover.impl.IntegerSBXCrossover;
import org.uma.jmetal.operator.mutation.impl.IntegerPolynomialMutation;
import org.uma.jmetal.problem.integerproblem.impl.AbstractIntegerProblem;
import org.uma.jmetal.solution.integersolution.IntegerSolution;
import org.uma.jmetal.util.pseudorandom.JMetalRandom;

/** jMetal's NSGA-II with the operators and parameters of its integer example. */
final class JMetalNsga2 implements Competitor {
  private static final double CROSSOVER = 0.9;
  private static final double INDEX = 20;

  @Override
  public String name() {
    return "NSGA-II (jMetal)";
  }

  @Override
  public boolean plansAhead() {
    return false;
  }

  @Override
  public void run(CountedDamages damages, long seed) {
    Asking asking = new Asking(damages);
    JMetalRandom.getInstance().setSeed(seed);
    new NSGAIIBuilder<>(
            new TableProblem(damages.shape(), asking),
            new IntegerSBXCrossover(CROSSOVER, INDEX),
            new IntegerPolynomialMutation(1.0 / damages.shape().genes(), INDEX),
            JeneticsNsga2.POPULATION)
        .setMaxEvaluations(asking.most())
        .build()
        .run();
  }

  private static final class TableProblem extends AbstractIntegerProblem {
    private static final long serialVersionUID = 1L;
    private final transient Asking asking;

    TableProblem(TableShape shape, Asking asking) {
      this.asking = asking;
      List<Integer> upper =
          IntStream.range(0, shape.genes()).map(gene -> shape.options(gene) - 1).boxed().toList();
      variableBounds(Collections.nCopies(shape.genes(), 0), upper);
      numberOfObjectives(2);
      name(shape.name());
    }

    @Override
    public IntegerSolution evaluate(IntegerSolution solution) {
      int[] options = solution.variables().stream().mapToInt(Integer::intValue).toArray();
      double[] answer = asking.ask(options);
      solution.objectives()[0] = answer[0];
      solution.objectives()[1] = answer[1];
      return solution;
    }
  }
}
