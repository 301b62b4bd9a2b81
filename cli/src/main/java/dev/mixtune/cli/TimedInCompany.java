package dev.mixtune.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Which kernel signatures were timed while other workers were busy, and what came of timing them
 * again alone. What is added is on disk when the method returns. Thread-safe.
 */
final class TimedInCompany {
  /** A ratio that was not measured again yet. */
  private static final double OPEN = 0;

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
  List<String> notes(Collection<String> signatures) {
    List<String> notes = new ArrayList<>();
    sentence().ifPresent(notes::add);
    long open = signatures.stream().filter(this::contains).count();
    if (open > 0) {
      notes.add(
          open
              + " plans of the frontier keep the time that was measured while other plans were"
              + " scored: the study was stopped before they were timed alone.");
    }
    return notes;
  }

  /** How far the two times lay apart; empty where nothing was timed twice. */
  private synchronized Optional<String> sentence() {
    double[] off =
        quotients.values().stream()
            .filter(quotient -> quotient != OPEN)
            .mapToDouble(quotient -> quotient - 1)
            .sorted()
            .toArray();
    if (off.length == 0) {
      return Optional.empty();
    }
    double middle = (off[(off.length - 1) / 2] + off[off.length / 2]) / 2;
    return Optional.of(
        String.format(
            Locale.ROOT,
            "%d kernel choices of the frontier were timed while other plans were scored, and again"
                + " alone, which is what counts: alone %+.1f %% in the median, at most %.1f %%"
                + " apart.",
            off.length,
            100 * middle,
            100 * Arrays.stream(off).map(Math::abs).max().orElse(0)));
  }
}
