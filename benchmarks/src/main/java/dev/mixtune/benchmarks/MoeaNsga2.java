package dev.mixtune.benchmarks;

import dev.mixtune.search.table.CountedDamages;
import dev.mixtune.search.table.TableShape;
import org.moeaframework.algorithm.NSGAII;
import org.moeaframework.core.PRNG;
import org.moeaframework.core.Solution;
import org.moeaframework.core.variable.BinaryIntegerVariable;
import org.moeaframework.problem.AbstractProblem;

/** MOEA Framework's NSGA-II with its default operators for integers. */
final class MoeaNsga2 implements Competitor {
  @Override
  public String name() {
    return "NSGA-II (MOEA Framework)";
  }

  @Override
  public boolean plansAhead() {
    return false;
  }

  @Override
  public void run(CountedDamages damages, long seed) {
    Asking asking = new Asking(damages);
    PRNG.setSeed(seed);
    NSGAII algorithm = new NSGAII(new TableProblem(damages.shape(), asking));
    algorithm.setInitialPopulationSize(JeneticsNsga2.POPULATION);
    algorithm.run(asking.most());
  }

  private static final class TableProblem extends AbstractProblem {
    private final TableShape shape;
    private final Asking asking;

    TableProblem(TableShape shape, Asking asking) {
      super(shape.genes(), 2);
      this.shape = shape;
      this.asking = asking;
    }

    @Override
    public void evaluate(Solution solution) {
      int[] options = new int[shape.genes()];
      for (int gene = 0; gene < options.length; gene++) {
        options[gene] = ((BinaryIntegerVariable) solution.getVariable(gene)).getValue();
      }
      double[] answer = asking.ask(options);
      solution.setObjectiveValue(0, answer[0]);
      solution.setObjectiveValue(1, answer[1]);
    }

    @Override
    public Solution newSolution() {
      Solution solution = new Solution(shape.genes(), 2);
      for (int gene = 0; gene < shape.genes(); gene++) {
        solution.setVariable(gene, new BinaryIntegerVariable(0, shape.options(gene) - 1));
      }
      return solution;
    }
  }
}
