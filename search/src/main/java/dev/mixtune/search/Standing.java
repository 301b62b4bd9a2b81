package dev.mixtune.search;

/**
 * How a candidate stands in its population: the crowded comparison of NSGA-II (Deb, Pratap, Agarwal
 * and Meyarivan, "A fast and elitist multiobjective genetic algorithm: NSGA-II", IEEE TEC 2002,
 * doi:10.1109/4235.996017). Greater is better.
 *
 * @param front 0 for the candidates that none beats, 1 for those beaten by front 0 alone, ...
 * @param crowding how far apart the neighbours in the same front are; infinite at its ends
 */
record Standing(int front, double crowding) implements Comparable<Standing> {

  /** Of a candidate that has not been ranked yet. */
  static final Standing UNRANKED = new Standing(Integer.MAX_VALUE, 0);

  @Override
  public int compareTo(Standing other) {
    int byFront = Integer.compare(other.front, front);
    return byFront != 0 ? byFront : Double.compare(crowding, other.crowding);
  }
}
