package dev.mixtune.evaluators;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Scored samples that say the same thing twice: intervals then look narrower than they are.
 *
 * @param repeated samples that equal an earlier one of either split
 * @param acrossSplits samples of the holdout that equal one of the search split: for them the
 *     certificate is not about unseen data
 * @param contradictory samples that equal an earlier one and have another label
 */
public record Duplicates(int repeated, int acrossSplits, int contradictory) {

  /** Compares contents, preprocessing aside. Reads all samples. */
  static Duplicates of(SampleSet search, SampleSet holdout) {
    Map<String, Double> labels = new HashMap<>();
    Counted first = new Counted(search, labels, Set.of());
    Counted second = new Counted(holdout, labels, new HashSet<>(labels.keySet()));
    return new Duplicates(
        first.repeated + second.repeated,
        second.inEarlierSet,
        first.contradictory + second.contradictory);
  }

  private static final class Counted {
    private int repeated;
    private int inEarlierSet;
    private int contradictory;

    Counted(SampleSet set, Map<String, Double> labels, Set<String> earlierSet) {
      for (int i = 0; i < set.size(); i++) {
        String hash = set.hash(i);
        Double label = labels.putIfAbsent(hash, set.target(i));
        repeated += label == null ? 0 : 1;
        contradictory += label == null || label.equals(set.target(i)) ? 0 : 1;
        inEarlierSet += earlierSet.contains(hash) ? 1 : 0;
      }
    }
  }
}
