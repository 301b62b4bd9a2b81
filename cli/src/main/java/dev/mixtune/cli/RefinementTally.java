package dev.mixtune.cli;

import dev.mixtune.engine.PairedScore;
import dev.mixtune.engine.Plan;
import dev.mixtune.search.Evaluation;
import dev.mixtune.search.Rounding;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What rounding plans for themselves brought on the search split.
 *
 * @param gains drop with the library's weights minus drop with the plan's own, as fractions, in the
 *     order in which they were found
 */
record RefinementTally(List<Double> gains) {
  /** Fewer gains say nothing about the next one. */
  private static final int LEAST = 5;

  RefinementTally {
    gains = List.copyOf(gains);
  }

  /** The tally of everything that was evaluated both ways. */
  static RefinementTally of(Collection<Evaluation> evaluations) {
    Map<Plan, PairedScore> library = new HashMap<>();
    evaluations.stream()
        .filter(e -> e.rounding() == Rounding.LIBRARY && !e.isFailed())
        .forEach(e -> library.put(e.plan(), Choice.score(e)));
    List<Double> gains = new ArrayList<>();
    for (Evaluation evaluation : evaluations) {
      PairedScore before = library.get(evaluation.plan());
      if (evaluation.rounding() == Rounding.CONTEXT && !evaluation.isFailed() && before != null) {
        gains.add(gain(before, Choice.score(evaluation)));
      }
    }
    return new RefinementTally(gains);
  }

  /** This tally with one plan more; a failed evaluation leaves it as it is. */
  RefinementTally with(Evaluation before, Evaluation after) {
    if (after.isFailed()) {
      return this;
    }
    List<Double> more = new ArrayList<>(gains);
    more.add(gain(Choice.score(before), Choice.score(after)));
    return new RefinementTally(more);
  }

  private static double gain(PairedScore before, PairedScore after) {
    return before.drop() - after.drop();
  }

  /** How many plans lost less than before. */
  long improved() {
    return gains.stream().filter(gain -> gain > 0).count();
  }

  /** The median gain, the mean of the middle two where their number is even; 0 without any. */
  double median() {
    if (gains.isEmpty()) {
      return 0;
    }
    double[] sorted = gains.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /**
   * Whether further plans are not worth their time: of at least five gains, the mean is not above
   * zero. Asking it to stand out from the noise of few samples would end too early.
   */
  boolean isHopeless() {
    return gains.size() >= LEAST && gains.stream().mapToDouble(Double::doubleValue).sum() <= 0;
  }

  /** The tally in words; empty when nothing was rounded again. */
  Optional<String> sentence() {
    if (gains.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        String.format(
            Locale.ROOT,
            "%s of the frontier %s rounded again in %s own context: %d improved; the median gain is"
                + " %.2f points on the search split.",
            gains.size() == 1 ? "1 plan" : gains.size() + " plans",
            gains.size() == 1 ? "was" : "were",
            gains.size() == 1 ? "its" : "their",
            improved(),
            100 * median()));
  }
}
