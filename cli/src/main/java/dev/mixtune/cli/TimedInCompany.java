package dev.mixtune.cli;

import dev.mixtune.engine.Basis;
import dev.mixtune.engine.Latency;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.DoubleStream;

/**
 * Which kernel signatures were timed while other workers were busy, and what came of timing them
 * again alone; and whether times in company may be used at all, by the uniform plans, which are
 * timed both ways before the search. What is added is on disk when the method returns. Thread-safe.
 */
final class TimedInCompany {
  /** Not timed again yet. */
  private static final double OPEN = 0;

  /** Cannot be timed again. */
  private static final double FAILED = -1;

  /** In the median of the uniform plans, more than a steady machine drifts by. */
  private static final double MOST_APART = 0.05;

  private final StudyMemory memory;

  /** Precedes the signatures of uniform plans, which hold for so many workers. */
  private final String uniform;

  /** Time alone by time in company, {@link #OPEN} or {@link #FAILED}. */
  private final Map<String, Double> quotients;

  /**
   * @param workers of this run: what company there is
   */
  TimedInCompany(StudyMemory memory, int workers) {
    this.memory = memory;
    this.uniform = "uniform " + workers + " ";
    this.quotients = new LinkedHashMap<>(memory.timedInCompany());
  }

  /** Notes that a signature is about to be recorded with a time in company. */
  synchronized void add(String signature) {
    put(signature, OPEN);
  }

  /** Whether the recorded time of a signature is one in company, to be measured again. */
  synchronized boolean contains(String signature) {
    return quotients.getOrDefault(signature, 1.0) == OPEN;
  }

  /** Notes that a signature was timed again alone. */
  synchronized void settle(String signature, double ratioInCompany, double ratioAlone) {
    put(signature, ratioAlone / ratioInCompany);
  }

  /** Leaves a signature with the time that it has: it does not run any more. */
  synchronized void fail(String signature) {
    put(signature, FAILED);
  }

  /** A recorded latency as the search knew it, before it was measured again alone. */
  synchronized Latency asSearched(String signature, Latency recorded) {
    double quotient = quotients.getOrDefault(signature, OPEN);
    return quotient <= OPEN || recorded.basis() != Basis.MEASURED
        ? recorded
        : new Latency(
            recorded.millis() / quotient,
            recorded.ratio() / quotient,
            recorded.relativeError(),
            recorded.basis());
  }

  /** Notes that a uniform plan was timed both ways before the search. */
  synchronized void compare(String signature, double ratioInCompany, double ratioAlone) {
    put(uniform + signature, ratioAlone / ratioInCompany);
  }

  /** Whether uniform plans were timed both ways with so many workers. */
  synchronized boolean isCompared() {
    return uniforms().findAny().isPresent();
  }

  /** Whether times in company stand for times alone. */
  synchronized boolean isAdmissible() {
    return isCompared() && median(uniforms().map(Math::abs)) <= MOST_APART;
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
    if (isCompared() && !isAdmissible()) {
      notes.add(
          String.format(
              Locale.ROOT,
              "Uniform plans read %.1f %% apart in the median, timed alone and while other workers"
                  + " were busy: so the other plans were timed alone, which takes longer.",
              100 * median(uniforms().map(Math::abs))));
    }
    List<Double> off =
        signatures.stream()
            .distinct()
            .map(signature -> quotients.getOrDefault(signature, OPEN))
            .filter(quotient -> quotient > OPEN)
            .map(quotient -> quotient - 1)
            .toList();
    if (!off.isEmpty()) {
      notes.add(
          String.format(
              Locale.ROOT,
              "%d kernel choices of the frontier were timed while other plans were scored, and again"
                  + " alone, which is what counts: alone %+.1f %% in the median, at most %.1f %%"
                  + " apart.",
              off.size(),
              100 * median(off.stream().mapToDouble(value -> value)),
              100 * off.stream().mapToDouble(Math::abs).max().orElse(0)));
    }
    note(notes, signatures, OPEN, "the study ended before they were timed alone.");
    note(notes, signatures, FAILED, "they could not be timed again alone.");
    return notes;
  }

  private void note(List<String> notes, Collection<String> signatures, double state, String why) {
    long count =
        signatures.stream()
            .filter(signature -> quotients.getOrDefault(signature, 1.0) == state)
            .count();
    if (count > 0) {
      notes.add(
          count
              + " plans of the frontier keep the time that was measured while other plans were"
              + " scored: "
              + why);
    }
  }

  /** How far uniform plans lay apart with so many workers, as fractions. */
  private DoubleStream uniforms() {
    return quotients.entrySet().stream()
        .filter(entry -> entry.getKey().startsWith(uniform))
        .mapToDouble(entry -> entry.getValue() - 1);
  }

  private static double median(DoubleStream values) {
    double[] sorted = values.sorted().toArray();
    return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
  }
}
