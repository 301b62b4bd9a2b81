package dev.mixtune.search;

/**
 * How the sum of what single choices do becomes the damage of a plan: the sum itself, or {@code c(1
 * - prod(1 - a))}, which saturates at {@code c} (arXiv 2607.12266). On the scale {@code -log(1 -
 * y/c)} the latter is a sum as well.
 *
 * @param ceiling where damage saturates, infinite for the plain sum
 */
record ResponseLink(double ceiling) {
  static final ResponseLink SUM = new ResponseLink(Double.POSITIVE_INFINITY);

  /** How close to the ceiling a value still counts as below it. */
  private static final double NEAREST = 1e-9;

  private boolean isSum() {
    return ceiling == Double.POSITIVE_INFINITY;
  }

  /** The damage on the scale where choices add up. */
  double toSum(double damage) {
    return isSum() ? damage : -ceiling * Math.log(Math.max(NEAREST, 1 - damage / ceiling));
  }

  double toDamage(double sum) {
    return isSum() ? sum : -ceiling * Math.expm1(-sum / ceiling);
  }

  /** How fast damage changes with the sum, there. */
  double slope(double sum) {
    return isSum() ? 1 : Math.exp(-sum / ceiling);
  }
}
