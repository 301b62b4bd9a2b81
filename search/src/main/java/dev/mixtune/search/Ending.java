package dev.mixtune.search;

/** Why a search ended. */
public enum Ending {
  /** {@link Stop} asked for it: the budget was spent or the user interrupted. */
  BUDGET,
  /** The allowed number of evaluations was used up. */
  MAX_EVALUATIONS,
  /** The hypervolume stood still for the allowed number of generations. */
  NO_PROGRESS,
  /**
   * For several generations in a row, what the next plans were expected to gain was less than the
   * error with which the search split would show it.
   */
  GAIN_BELOW_NOISE,
  /** Every plan of the space was evaluated: the frontier is the true one. */
  EXHAUSTED
}
