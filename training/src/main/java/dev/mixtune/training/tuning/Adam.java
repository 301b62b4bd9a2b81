package dev.mixtune.training.tuning;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;

/**
 * Adam (Kingma and Ba 2015, arXiv:1412.6980, algorithm 1) with a state that can be saved, which
 * DJL's own keeps to itself.
 */
final class Adam {
  private static final double FIRST_DECAY = 0.9;
  private static final double SECOND_DECAY = 0.999;
  private static final double EPSILON = 1e-8;

  private final List<NDArray> variables;
  private final List<NDArray> means = new ArrayList<>();
  private final List<NDArray> squares = new ArrayList<>();
  private int steps;

  /**
   * @param variables what is moved, in place
   * @param manager owner of the state
   */
  Adam(List<NDArray> variables, NDManager manager) {
    this.variables = List.copyOf(variables);
    for (NDArray variable : variables) {
      means.add(manager.zeros(variable.getShape()));
      squares.add(manager.zeros(variable.getShape()));
    }
  }

  /** Moves every variable by its gradient and clears the gradients. Needs a scope. */
  void step(double rate) {
    steps++;
    double first = 1 - Math.pow(FIRST_DECAY, steps);
    double second = 1 - Math.pow(SECOND_DECAY, steps);
    for (int i = 0; i < variables.size(); i++) {
      NDArray gradient = variables.get(i).getGradient();
      NDArray mean = means.get(i);
      NDArray square = squares.get(i);
      mean.muli(FIRST_DECAY).addi(gradient.mul(1 - FIRST_DECAY));
      square.muli(SECOND_DECAY).addi(gradient.mul(gradient).mul(1 - SECOND_DECAY));
      NDArray deviation = square.div(second).sqrt().add(EPSILON);
      variables.get(i).subi(mean.div(first).div(deviation).mul(rate));
      gradient.subi(gradient);
    }
  }

  int steps() {
    return steps;
  }

  /** Variables and both moments, in a fixed order. */
  List<NDArray> state() {
    List<NDArray> state = new ArrayList<>(variables);
    state.addAll(means);
    state.addAll(squares);
    return state;
  }

  void restoreSteps(int done) {
    steps = done;
  }
}
