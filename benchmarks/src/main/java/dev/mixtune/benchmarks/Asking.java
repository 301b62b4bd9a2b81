package dev.mixtune.benchmarks;

import dev.mixtune.search.table.CountedDamages;

/**
 * Answers the questions of an evolutionary algorithm: plans that it repeats cost nothing, and one
 * that does little but repeat itself is ended.
 */
final class Asking {
  private static final int QUESTIONS_PER_EVALUATION = 40;

  private final CountedDamages damages;
  private long questions;

  Asking(CountedDamages damages) {
    this.damages = damages;
  }

  /** How many questions are answered at most. */
  int most() {
    return QUESTIONS_PER_EVALUATION * damages.most();
  }

  /** (cost, damage) of the plan with these options. */
  double[] ask(int[] options) {
    if (questions++ > most()) {
      throw new Finished();
    }
    int[] plan = damages.shape().plan(options);
    return new double[] {damages.shape().cost(plan), damages.damage(plan)};
  }

  /** Thrown when it has asked enough. */
  static final class Finished extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }
}
