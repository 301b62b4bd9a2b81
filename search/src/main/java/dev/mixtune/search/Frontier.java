package dev.mixtune.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * The evaluations that no other one beats, one for each distinct position; it grows without bound.
 */
public final class Frontier {

  private static final Comparator<Evaluation> SAFEST_FIRST =
      Comparator.<Evaluation>comparingDouble(Objective.ACCURACY::of)
          .thenComparingDouble(Objective.LATENCY::of)
          .thenComparingDouble(Objective.SIZE::of)
          .thenComparing(evaluation -> evaluation.plan().key())
          .thenComparing(Evaluation::rounding);

  @SuppressWarnings("ArrayRecordComponent") // never compared as a value, never handed out
  private record Member(Evaluation evaluation, double[] coordinates) {}

  private final Dominance dominance;
  private final List<Member> members = new ArrayList<>();

  /** An empty frontier that judges by {@code dominance}. */
  Frontier(Dominance dominance) {
    this.dominance = dominance;
  }

  /**
   * The frontier of these evaluations, from the least drop to the largest; failed ones are never on
   * it. The order in which they come does not matter.
   */
  public static List<Evaluation> of(Collection<Evaluation> evaluations, Dominance dominance) {
    Frontier frontier = new Frontier(dominance);
    evaluations.forEach(frontier::offer);
    return frontier.evaluations();
  }

  /** Takes the evaluation in unless it is failed or beaten, and drops what it beats. */
  void offer(Evaluation evaluation) {
    if (evaluation.isFailed()) {
      return;
    }
    double[] coordinates = dominance.coordinates(evaluation);
    for (Member member : members) {
      boolean tie = Arrays.equals(member.coordinates(), coordinates);
      if (Dominance.dominates(member.coordinates(), coordinates)
          || (tie && Dominance.PREFERENCE.compare(member.evaluation(), evaluation) <= 0)) {
        return;
      }
    }
    members.removeIf(
        member ->
            Arrays.equals(member.coordinates(), coordinates)
                || Dominance.dominates(coordinates, member.coordinates()));
    members.add(new Member(evaluation, coordinates));
  }

  int size() {
    return members.size();
  }

  /** The members, from the least drop to the largest. */
  List<Evaluation> evaluations() {
    return members.stream().map(Member::evaluation).sorted(SAFEST_FIRST).toList();
  }
}
