package dev.mixtune.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Which kernel signatures were timed while other workers were busy, and what came of timing them
 * again alone; and whether times in company may be used at all, by the uniform plans, which are
 * timed both ways before the search. What is added is on disk when the method returns. Thread-safe.
 */
final class TimedInCompany {
  /** A ratio that was not measured again yet. */
  private static final double OPEN = 0;

  /** In the median of the uniform plans, more than a steady machine drifts by. */
  private static final double MOST_APART = 0.05;

  /** Precedes the signatures of uniform plans among the quotients that are kept. */
  private static final String UNIFORM = "uniform ";

  private final StudyMemory memory;

  /** Alone by in company, as a quotient of the two ratios; {@link #OPEN} while it is not known. */
  private final Map<String, Double> quotients;

  TimedInCompany(StudyMemory memory) {
    this.memory = memory;
    this.quotients = new LinkedHashMap<>(memory.timedInCompany());
  }

  /** Notes that a signature is about to be recorded with a time in company. */
  synchronized void add(String signature) {
    put(signature, OPEN);
  }

  /** Whether the recorded time of a signature is one in company. */
  synchronized boolean contains(String signature) {
    return quotients.getOrDefault(signature, 1.0) == OPEN;
  }

  /** Notes that a signature was timed again alone. */
  synchronized void settle(String signature, double ratioInCompany, double ratioAlone) {
    put(signature, ratioAlone / ratioInCompany);
  }

  /** Notes that a uniform plan was timed both ways before the search. */
  synchronized void compare(String signature, double ratioInCompany, double ratioAlone) {
    put(UNIFORM + signature, ratioAlone / ratioInCompany);
  }

  /** Whether times in company stand for times alone; true while nothing was compared. */
  synchronized boolean isAdmissible() {
    double[] off = off(/* uniform= */ true);
    return off.length == 0 || Math.abs(middle(off)) <= MOST_APART;
  }

  /** Leaves a signature with the time that it has. */
  synchronized void forget(String signature) {
    quotients.remove(signature);
    memory.rememberTimedInCompany(quotients);
  }

  private void put(String signature, double quotient) {
    quotients.put(signature, quotient);
    memory.rememberTimedInCompany(quotients);
  }

  /**
   * What a reader of the frontier should know.
   *
   * @param signatures of the frontier's plans
   */
  synchronized List<String> notes(Collection<String> signatures) {
    List<String> notes = new ArrayList<>();
    if (!isAdmissible()) {
      notes.add(
          String.format(
              Locale.ROOT,
              "Plans were timed while nothing else ran, which takes longer: uniform plans took"
                  + " %+.1f %% alone, in the median, of what they took while others were scored.",
              100 * middle(off(/* uniform= */ true))));
    }
    double[] off = off(/* uniform= */ false);
    if (off.length > 0) {
      notes.add(
          String.format(
              Locale.ROOT,
              "%d kernel choices of the frontier were timed while other plans were scored, and again"
                  + " alone, which is what counts: alone %+.1f %% in the median, at most %.1f %%"
                  + " apart.",
              off.length,
              100 * middle(off),
              100 * Arrays.stream(off).map(Math::abs).max().orElse(0)));
    }
    long open = signatures.stream().filter(this::contains).count();
    if (open > 0) {
      notes.add(
          open
              + " plans of the frontier keep the time that was measured while other plans were"
              + " scored: the study was stopped before they were timed alone.");
    }
    return notes;
  }

  /** How far times alone lay from those in company, as fractions in rising order. */
  private double[] off(boolean uniform) {
    return quotients.entrySet().stream()
        .filter(entry -> entry.getKey().startsWith(UNIFORM) == uniform)
        .mapToDouble(Map.Entry::getValue)
        .filter(quotient -> quotient != OPEN)
        .map(quotient -> quotient - 1)
        .sorted()
        .toArray();
  }

  private static double middle(double[] sorted) {
    return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
  }
}
