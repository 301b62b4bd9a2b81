package dev.mixtune.evaluators;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The drop of each class: a plan that keeps the average may still lose a rare class.
 *
 * <p>The intervals hold together: each is a paired two-sided one at {@code 1 - (1 - confidence) /
 * classes} (Bonferroni), so that the worst of many classes is not called bad by chance.
 *
 * @param split which samples, {@code holdout} or {@code search}
 * @param confidence of all intervals together, 0..1
 * @param worst label of the class that drops most; of equal ones the one with more samples
 * @param classes by label
 */
public record ClassDrops(String split, double confidence, int worst, List<Entry> classes) {
  public ClassDrops {
    classes = List.copyOf(classes);
  }

  /**
   * One class.
   *
   * @param label its number in the labels
   * @param samples of the class
   * @param reference share that the float model answers right
   * @param score share that the plan answers right
   * @param drop float minus plan
   * @param dropLow lower end of the interval
   * @param dropHigh upper end of the interval
   */
  public record Entry(
      int label,
      int samples,
      double reference,
      double score,
      double drop,
      double dropLow,
      double dropHigh) {

    /** Whether the class loses for certain. */
    public boolean isWorse() {
      return dropLow > 0;
    }
  }

  /**
   * Compares two sets of right answers to the same samples.
   *
   * @param floatRight positions that the float model answers right
   * @param planRight positions that the plan answers right
   * @return empty where samples have no labels, or all the same
   */
  public static Optional<ClassDrops> of(
      String split, SampleSet samples, BitSet floatRight, BitSet planRight, double confidence) {
    if (!samples.isLabelled()) {
      return Optional.empty();
    }
    Map<Integer, PairedTally> tallies = new TreeMap<>();
    for (int i = 0; i < samples.size(); i++) {
      tallies
          .computeIfAbsent(samples.label(i), label -> new PairedTally())
          .add(floatRight.get(i), planRight.get(i));
    }
    if (tallies.size() < 2) {
      return Optional.empty();
    }
    double each = 1 - (1 - confidence) / tallies.size();
    List<Entry> entries = new ArrayList<>();
    tallies.forEach(
        (label, tally) -> {
          var score = tally.score(each);
          entries.add(
              new Entry(
                  label,
                  score.samples(),
                  score.reference(),
                  score.score(),
                  score.drop(),
                  score.dropLow(),
                  score.dropHigh()));
        });
    int worst =
        entries.stream()
            .max(Comparator.comparingDouble(Entry::drop).thenComparing(Entry::samples))
            .orElseThrow()
            .label();
    return Optional.of(new ClassDrops(split, confidence, worst, entries));
  }

  /** The class that drops most. */
  public Entry worstClass() {
    return classes.stream().filter(entry -> entry.label() == worst).findFirst().orElseThrow();
  }
}
